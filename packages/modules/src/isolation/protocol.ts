/** What a worker or process is started with, as JSON in its arguments. */
export interface HostConfig {
  /** `own`: the platform's clock and timers; `host`: those of the bus, which may be virtual. */
  readonly clock: "own" | "host";
  /** When the clock of the bus said 0, in milliseconds since 1970. */
  readonly timeOrigin: number;
  /** Calls carry in which callback they are made. */
  readonly tracing: boolean;
}

/** A driver as the side of the bus must know it. */
export interface DriverDescription {
  /** By which the isolated side finds it again. */
  readonly key: number;
  readonly name: string | undefined;
  readonly idTable: readonly { readonly name: string; readonly contract?: string }[] | undefined;
  readonly probeType: "default" | "sync" | "async" | undefined;
  readonly suppressBindAttrs: boolean | undefined;
  readonly probeTimeout: number | undefined;
  readonly removeTimeout: number | undefined;
  /** Which optional callbacks it has. */
  readonly callbacks: readonly ("shutdown" | "suspend" | "resume" | "handover")[];
  readonly pm: readonly string[];
  readonly handlers: readonly string[];
  readonly hasProbe: boolean;
}

/** What a module is started with on the isolated side. */
export interface LoadRequest {
  readonly url: string;
  readonly name: string;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  readonly module: unknown;
  readonly services: Readonly<Record<string, unknown>>;
}

/** What a probe is started with on the isolated side. */
export interface ProbeRequest {
  readonly driver: number;
  /** The driver's name on the bus. */
  readonly driverName: string;
  readonly moduleName: string;
  readonly device: {
    readonly name: string;
    readonly id: number;
    readonly path: string;
    readonly matchName: string;
    readonly modalias: string;
    readonly version: string | undefined;
  };
  /** Which entry of the id table matched; -1 when the driver was forced on the device. */
  readonly idIndex: number;
  readonly self: unknown;
  readonly shared: unknown;
  readonly runtimePm: unknown;
  readonly module: unknown;
  readonly services: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  readonly handover: unknown;
}
