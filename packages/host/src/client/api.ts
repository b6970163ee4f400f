// Made from the OpenAPI document of the host by `npm run api-types`; not to be edited.

export interface paths {
    readonly "/v1/status": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** how the host is */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description the status */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Status"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/snapshot": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** everything there is at one moment */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description some of buses, devices, drivers, links, parked, with commas; the others are empty */
                    readonly parts?: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description the snapshot */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Snapshot"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/devices/lookup": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** some devices by path, without those that are gone; readers may, too */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        readonly paths: readonly string[];
                    };
                };
            };
            readonly responses: {
                /** @description the devices */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Lookup"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/explain": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** why a device is as it is */
        readonly get: {
            readonly parameters: {
                readonly query: {
                    readonly path: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description the explanation */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Explanation"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/sysfs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** a file or folder below /sys */
        readonly get: {
            readonly parameters: {
                readonly query: {
                    /** @description below /sys */
                    readonly path: string;
                    /** @description read the files of a folder, too */
                    readonly values?: "true" | "false";
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description the file, or the entries of the folder */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Sysfs"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        /** write a file below /sys; drivers_autoprobe and driver_override are kept over restarts */
        readonly put: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        readonly path: string;
                        readonly value: string;
                    };
                };
            };
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/journal": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** what has happened */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    /** @description only entries with a greater id */
                    readonly after?: number;
                    /** @description only entries with a smaller id */
                    readonly before?: number;
                    /** @description milliseconds since 1970 */
                    readonly since?: number;
                    readonly until?: number;
                    /** @description name or path */
                    readonly device?: string;
                    readonly driver?: string;
                    readonly module?: string;
                    /** @description some of uevent, probe, remove, pm, crash, operation, module, log, host, gap, with commas */
                    readonly kind?: string;
                    /** @description of log entries: this or worse */
                    readonly level?: "info" | "warn" | "error";
                    readonly text?: string;
                    /** @description at most so many (200) */
                    readonly limit?: number;
                    /** @description by id; the newest first if left out */
                    readonly order?: "asc" | "desc";
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description some entries */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Journal"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** what happens, as server-sent events: hello, the kinds of entries, gap */
        readonly get: {
            readonly parameters: {
                readonly query?: {
                    readonly after?: number;
                    /** @description some of uevent, probe, remove, pm, crash, operation, module, log, host, gap, with commas */
                    readonly kind?: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description the stream */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/event-stream": string;
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/settings": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** what operators have set, and is kept */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description the settings */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Settings"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/metrics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** figures for Prometheus */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description the figures */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/plain": string;
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/openapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** this document */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description the document */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly [key: string]: unknown;
                        };
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/bind": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** bind a device to a driver */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        readonly bus: string;
                        readonly driver: string;
                        readonly device: string;
                    };
                };
            };
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/unbind": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** unbind a device from its driver */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        readonly bus: string;
                        readonly driver: string;
                        readonly device: string;
                    };
                };
            };
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/rebind": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** unbind a device and bind it to the same driver again */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        readonly bus: string;
                        readonly device: string;
                    };
                };
            };
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/rescan": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** try the drivers of a device again */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        readonly bus: string;
                        readonly device: string;
                    };
                };
            };
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/override": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** let only one driver bind to a device, over restarts */
        readonly put: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        readonly bus: string;
                        readonly device: string;
                        /** @description null: any that matches */
                        readonly driver: string | null;
                    };
                };
            };
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/park": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** unbind a device and keep all drivers away from it, over restarts */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        readonly device: string;
                        readonly reason?: string;
                    };
                };
            };
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/unpark": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** forget that a device is parked and that its driver has crashed, and try its drivers again */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        readonly device: string;
                    };
                };
            };
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/power/suspend": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** suspend all devices */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/power/resume": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** resume all devices */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/modules": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** the loaded modules */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description in order of loading */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Modules"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/installed": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** the modules that could be loaded */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description the modules */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Installed"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/modules/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** what a module says about itself */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    readonly name: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description the module */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["ModuleInfo"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/modules/{name}/load": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** load a module, or all that a modalias names */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    readonly name: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        readonly params?: {
                            readonly [key: string]: string;
                        };
                    };
                };
            };
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/modules/{name}/unload": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** unload a module */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    readonly name: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        /** @description and what was loaded for it and nobody else needs */
                        readonly recursive?: boolean;
                    };
                };
            };
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/modules/{name}/upgrade": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** replace a module by the version that is installed now, while its devices stay */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    readonly name: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description the devices that were handed over */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Upgraded"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/modules/{name}/params/{param}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** write a parameter of a loaded module; it is kept */
        readonly put: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    readonly name: string;
                    readonly param: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        readonly value: string;
                    };
                };
            };
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/blacklist/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /** let no alias load a module any more */
        readonly put: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    readonly name: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly post?: never;
        /** let aliases load a module again */
        readonly delete: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    readonly name: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/depmod": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** look at the installed packages again */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description how many modules there are */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Depmod"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/resolve": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** the modules that a modalias names */
        readonly get: {
            readonly parameters: {
                readonly query: {
                    readonly modalias: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description the modules */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["ModuleNames"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/hosts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** the workers and processes of isolated modules, and what is parked */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description the hosts */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Hosts"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/verbs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** what modules let operators do */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description the verbs */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Verbs"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/verbs/complete": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** what a parameter of a verb can be at the moment */
        readonly get: {
            readonly parameters: {
                readonly query: {
                    readonly name: string;
                    readonly param: string;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description the values */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Values"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/verbs/run": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** run a verb: a JSON object a line, report, and at the end result or error */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        readonly name: string;
                        readonly args: {
                            readonly [key: string]: string | number | boolean;
                        };
                    };
                };
            };
            readonly responses: {
                /** @description what the verb tells */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "text/x-ndjson": string;
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/reload": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** read the configuration again */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/down": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** shut the host down */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description it is done */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Done"];
                    };
                };
                /** @description 400 something in the request is wrong; 401 no token, or a wrong one; 403 this token may not, or a page of another site has asked; 404 there is no such thing; 409 not now; 413 the request is too long; 415 the body is no JSON; 422 the bus or a driver has failed at it; 429 too many requests (Retry-After: seconds); 503 the host is shutting down; 507 the disk is full, so nothing was changed */
                readonly default: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Error"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        readonly Status: {
            /** @enum {number} */
            readonly api: 1;
            readonly host: string;
            readonly version: string;
            readonly pid: number;
            readonly node: string;
            readonly started: number;
            /** @description milliseconds */
            readonly uptime: number;
            /** @enum {string} */
            readonly role: "reader" | "operator";
            readonly seqnum: number;
            readonly cursor: number;
            readonly suspended: boolean;
            /** @description all modules are loaded */
            readonly ready: boolean;
            /** @description what went wrong at the start or at the last reload */
            readonly problems: readonly string[];
            readonly journal: {
                /** @enum {string} */
                readonly state: "ok" | "failing";
                readonly reason: string | null;
                readonly entries: number;
                readonly oldest: number | null;
                readonly lost: number;
            };
            readonly devices: number;
            readonly drivers: number;
            readonly modules: number;
            /** @description what answers is no host: it has no modules, settings or verbs */
            readonly view?: {
                /** @description where it is from, and of when */
                readonly about: string;
                /** @description something can happen there */
                readonly live: boolean;
            };
        };
        readonly Error: {
            readonly error: {
                /**
                 * @description the name of an errno
                 * @example EBUSY
                 */
                readonly code: string;
                readonly message: string;
                readonly device?: string;
                readonly driver?: string;
            };
        };
        readonly Snapshot: {
            readonly seqnum: number;
            /** @description the last journal entry before it */
            readonly cursor: number;
            readonly buses: readonly {
                readonly name: string;
                readonly autoprobe: boolean;
            }[];
            readonly devices: readonly components["schemas"]["Device"][];
            readonly drivers: readonly {
                readonly bus: string;
                readonly name: string;
                readonly module: string;
                readonly devices: readonly string[];
            }[];
            readonly links: readonly {
                readonly consumer: string;
                readonly supplier: string;
                readonly state: string;
            }[];
            readonly parked: readonly components["schemas"]["Parked"][];
        };
        readonly Device: {
            readonly path: string;
            readonly name: string;
            readonly parent: string | null;
            readonly bus: string | null;
            readonly driver: string | null;
            readonly module: string | null;
            /** @enum {string} */
            readonly state: "bound" | "unbound" | "deferred" | "probing";
            readonly reason: string | null;
            readonly modalias: string | null;
            readonly version: string | null;
            readonly runtimeStatus: string;
        };
        readonly Parked: {
            /** @description path of the device */
            readonly device: string;
            readonly reason: string;
            /** @enum {string} */
            readonly by: "operator" | "crash";
            readonly since: number;
        };
        readonly Lookup: {
            readonly cursor: number;
            readonly devices: readonly components["schemas"]["Device"][];
        };
        readonly Explanation: {
            readonly device: string;
            readonly path: string;
            /** @enum {string} */
            readonly state: "new" | "added" | "deleting" | "deleted" | "released";
            readonly driver: string | null;
            readonly summary: string;
            readonly modalias?: string;
            readonly driverOverride: string | null;
            readonly drivers: readonly {
                readonly driver: string;
                readonly module: string;
                /** @enum {string} */
                readonly verdict: "bound" | "probing" | "failed" | "refused" | "deferred" | "not tried";
                readonly code?: string;
                readonly reason: string;
            }[];
            readonly waitsFor: string | null;
            readonly suppliers: readonly {
                readonly device: string;
                readonly state: string;
            }[];
            readonly consumers: readonly {
                readonly device: string;
                readonly state: string;
            }[];
            readonly references: {
                readonly count: number;
                readonly holders: {
                    readonly [key: string]: number;
                };
            };
        };
        readonly Sysfs: {
            /** @enum {string} */
            readonly kind: "folder";
            readonly entries: readonly components["schemas"]["SysfsEntry"][];
        } | {
            /** @enum {string} */
            readonly kind: "file";
            readonly readable: boolean;
            readonly writable: boolean;
            readonly value: string | null;
        };
        readonly SysfsEntry: {
            readonly name: string;
            /** @enum {string} */
            readonly kind: "file" | "folder" | "link";
            readonly readable: boolean;
            readonly writable: boolean;
            /** @description where a link leads, below /sys */
            readonly target?: string;
            readonly value?: string;
            readonly error?: {
                readonly code: string;
                readonly message: string;
            };
        };
        readonly Journal: {
            readonly entries: readonly components["schemas"]["Entry"][];
            readonly oldest: number | null;
            readonly newest: number | null;
            /** @description there are more on the far side */
            readonly more: boolean;
        };
        readonly Entry: {
            readonly id: number;
            readonly time: number;
            /** @enum {string} */
            readonly kind: "uevent";
            /** @description path of the device */
            readonly device: string | null;
            readonly driver: string | null;
            readonly data: {
                readonly seqnum: number;
                /** @enum {string} */
                readonly action: "add" | "remove" | "change" | "move" | "online" | "offline" | "bind" | "unbind";
                readonly devpath: string;
                readonly subsystem: string | null;
                readonly env: {
                    readonly [key: string]: string;
                };
            };
        } | {
            readonly id: number;
            readonly time: number;
            /** @enum {string} */
            readonly kind: "probe";
            /** @description path of the device */
            readonly device: string | null;
            readonly driver: string | null;
            readonly data: {
                readonly module: string;
                readonly result: string;
                readonly message: string | null;
                readonly ms: number;
            };
        } | {
            readonly id: number;
            readonly time: number;
            /** @enum {string} */
            readonly kind: "remove";
            /** @description path of the device */
            readonly device: string | null;
            readonly driver: string | null;
            readonly data: {
                readonly module: string;
                readonly ms: number;
            };
        } | {
            readonly id: number;
            readonly time: number;
            /** @enum {string} */
            readonly kind: "pm";
            /** @description path of the device */
            readonly device: string | null;
            readonly driver: string | null;
            readonly data: {
                readonly status: string;
            };
        } | {
            readonly id: number;
            readonly time: number;
            /** @enum {string} */
            readonly kind: "crash";
            /** @description path of the device */
            readonly device: string | null;
            readonly driver: string | null;
            readonly data: {
                readonly module: string;
                readonly host: string;
                readonly why: string;
                readonly parked: boolean;
            };
        } | {
            readonly id: number;
            readonly time: number;
            /** @enum {string} */
            readonly kind: "operation";
            /** @description path of the device */
            readonly device: string | null;
            readonly driver: string | null;
            readonly data: {
                readonly who: string;
                readonly role: string;
                readonly op: string;
                readonly args: {
                    readonly [key: string]: unknown;
                };
                readonly result: string;
                readonly message: string | null;
                readonly ms: number;
            };
        } | {
            readonly id: number;
            readonly time: number;
            /** @enum {string} */
            readonly kind: "module";
            /** @description path of the device */
            readonly device: string | null;
            readonly driver: string | null;
            readonly data: {
                readonly module: string;
                /** @enum {string} */
                readonly change: "loaded" | "unloaded" | "upgraded";
                readonly version: string;
            };
        } | {
            readonly id: number;
            readonly time: number;
            /** @enum {string} */
            readonly kind: "log";
            /** @description path of the device */
            readonly device: string | null;
            readonly driver: string | null;
            readonly data: {
                /** @enum {string} */
                readonly level: "info" | "warn" | "error";
                readonly message: string;
            };
        } | {
            readonly id: number;
            readonly time: number;
            /** @enum {string} */
            readonly kind: "host";
            /** @description path of the device */
            readonly device: string | null;
            readonly driver: string | null;
            readonly data: {
                /** @enum {string} */
                readonly event: "start" | "stop" | "reload";
                readonly version: string;
                readonly pid: number;
                readonly message?: string;
            };
        } | {
            readonly id: number;
            readonly time: number;
            /** @enum {string} */
            readonly kind: "gap";
            /** @description path of the device */
            readonly device: string | null;
            readonly driver: string | null;
            readonly data: {
                readonly lost: number;
                readonly why: string;
            };
        };
        readonly Settings: {
            readonly settings: readonly {
                /** @enum {string} */
                readonly kind: "autoprobe" | "override" | "blacklist" | "param" | "parked";
                readonly key: string;
                readonly value?: unknown;
                readonly by: string;
                readonly time: number;
            }[];
        };
        readonly Done: {
            /** @description false: it is done, but could not be written down; see /v1/status */
            readonly journaled: boolean;
        };
        readonly Modules: {
            readonly modules: readonly components["schemas"]["ModuleStatus"][];
        };
        readonly ModuleStatus: {
            readonly name: string;
            readonly version: string;
            /** @enum {string} */
            readonly state: "loading" | "live" | "unloading";
            /** @enum {string} */
            readonly isolation: "none" | "worker" | "process";
            readonly refs: number;
            readonly usedBy: readonly string[];
            readonly params: {
                readonly [key: string]: string | number | boolean;
            };
        };
        readonly Installed: {
            readonly modules: readonly components["schemas"]["ModuleInfo"][];
            readonly blacklist: readonly string[];
            readonly problems: readonly string[];
        };
        readonly ModuleInfo: {
            readonly name: string;
            readonly packageName: string;
            readonly version: string;
            readonly description: string;
            readonly folder: string;
            readonly entry: string | null;
            readonly aliases: readonly string[];
            readonly softdep: {
                readonly pre: readonly string[];
                readonly post: readonly string[];
            };
            readonly params: {
                readonly [key: string]: {
                    /** @enum {string} */
                    readonly type: "bool" | "int" | "uint" | "number" | "string";
                    readonly default?: string | number | boolean;
                    readonly description?: string;
                    readonly writable?: boolean;
                };
            } | null;
            /** @enum {string} */
            readonly isolation: "none" | "worker" | "process";
            readonly depends: readonly string[];
        };
        readonly Upgraded: components["schemas"]["Done"] & {
            readonly devices: readonly string[];
        };
        readonly Depmod: components["schemas"]["Done"] & {
            readonly modules: number;
        };
        readonly ModuleNames: {
            readonly modules: readonly string[];
        };
        readonly Hosts: {
            readonly hosts: readonly {
                readonly name: string | null;
                /** @enum {string} */
                readonly kind: "worker" | "process";
                readonly pid: number | null;
                readonly modules: readonly string[];
                readonly devices: readonly string[];
                readonly crashes: number;
            }[];
            readonly parked: readonly components["schemas"]["Parked"][];
        };
        readonly Verbs: {
            readonly verbs: readonly {
                readonly name: string;
                readonly summary: string;
                readonly params: readonly {
                    readonly name: string;
                    /** @enum {string} */
                    readonly type: "string" | "number" | "boolean";
                    readonly positional: boolean;
                    readonly required: boolean;
                    readonly description: string;
                    readonly choices?: readonly string[];
                }[];
            }[];
        };
        readonly Values: {
            readonly values: readonly string[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
