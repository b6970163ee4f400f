import { BusError, isErrno } from "auxbus";
import type { components, paths } from "./api.ts";
import { readLines } from "./lines.ts";
import { readEvents } from "./sse.ts";
import { trusted } from "./trusted.ts";
import type { HostResponse, Transport, TransportRequest } from "./transport.ts";

type Method = "get" | "post" | "put" | "delete";

/** The paths that have a method. */
type PathsOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends { readonly [K in M]: object } ? P : never;
}[keyof paths];

type Operation<P extends keyof paths, M extends Method> = paths[P] extends { readonly [K in M]: infer O } ? O : never;

/** What a successful answer has in it. */
type Answer<O> = O extends {
  readonly responses: { readonly 200: { content: { readonly "application/json": infer A } } };
}
  ? A
  : never;

type Texts = Readonly<Record<string, string>>;

type QueryOf<O> = O extends { readonly parameters: { readonly query: infer Q extends object } }
  ? { readonly query: Q }
  : O extends { readonly parameters: { readonly query?: infer Q extends object } }
    ? { readonly query?: Q }
    : object;

type ParamsOf<O> = O extends { readonly parameters: { readonly path: infer P extends Texts } }
  ? { readonly params: P }
  : object;

type BodyOf<O> = O extends { readonly requestBody: { readonly content: { readonly "application/json": infer B } } }
  ? { readonly body: B }
  : object;

type Given<O> = QueryOf<O> & ParamsOf<O> & BodyOf<O> & { readonly signal?: AbortSignal };

/** What has to be given for an operation; nothing, when nothing has to be. */
type Args<O> = object extends Given<O> ? [given?: Given<O>] : [given: Given<O>];

/** As `given` is looked at here: whatever the operation. */
interface Loose {
  readonly query?: object;
  readonly params?: Texts;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Something that the host tells while it happens. */
export type HostEvent =
  | { readonly event: "hello"; readonly data: { readonly cursor: number; readonly oldest: number | null } }
  /** The reader has missed entries, both ends included; those that have not expired are in the journal. */
  | {
      readonly event: "gap";
      readonly data: { readonly from: number; readonly to: number; readonly lost: number; readonly expired: boolean };
    }
  | { readonly event: "entry"; readonly data: components["schemas"]["Entry"] };

export interface EventOptions {
  /** What comes after this entry; left out: from now on. */
  readonly after?: number | undefined;
  readonly kind?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  report(this: void, record: unknown): void;
}

/**
 * The control API of a host, as its OpenAPI document has it.
 *
 * Every method throws `BusError` with what the host says; `ECONNREFUSED` when nobody answers, `ECONNRESET` when the
 * host goes meanwhile.
 */
export class HostClient {
  readonly #transport: Transport;
  readonly #name: string;

  /** @param name who asks, for the journal of the host */
  constructor(transport: Transport, name = "client") {
    this.#transport = transport;
    // What cannot stand in a header is no loss.
    this.#name = name.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 128);
  }

  get<P extends PathsOf<"get">>(path: P, ...[given]: Args<Operation<P, "get">>): Promise<Answer<Operation<P, "get">>> {
    return this.#call("GET", path, given);
  }

  post<P extends PathsOf<"post">>(
    path: P,
    ...[given]: Args<Operation<P, "post">>
  ): Promise<Answer<Operation<P, "post">>> {
    return this.#call("POST", path, given);
  }

  put<P extends PathsOf<"put">>(path: P, ...[given]: Args<Operation<P, "put">>): Promise<Answer<Operation<P, "put">>> {
    return this.#call("PUT", path, given);
  }

  delete<P extends PathsOf<"delete">>(
    path: P,
    ...[given]: Args<Operation<P, "delete">>
  ): Promise<Answer<Operation<P, "delete">>> {
    return this.#call("DELETE", path, given);
  }

  /** The figures for Prometheus. */
  async metrics(): Promise<string> {
    return text(await this.#send("GET", "/v1/metrics", {}));
  }

  /** What happens, until `signal` aborts. Ends by an error when the host goes. */
  async *events({ after, kind, signal }: EventOptions = {}): AsyncGenerator<HostEvent, void> {
    const response = await this.#send("GET", "/v1/events", { query: { after, kind }, ...(signal && { signal }) });
    for await (const { event, data } of readEvents(response.body)) {
      const named = event === "hello" || event === "gap" ? event : "entry";
      const said: unknown = JSON.parse(data);
      // The journal cannot be read; no entry says so.
      if (event === "error") throw refusal({ error: said }, "events");
      yield trusted<HostEvent>({ event: named, data: said });
    }
    signal?.throwIfAborted();
    throw new BusError("ECONNRESET", "the host has gone", { op: "events" });
  }

  /** Runs a verb that a module of the host has added. @returns what the verb gives */
  async runVerb(
    name: string,
    args: Readonly<Record<string, string | number | boolean>>,
    { signal, report }: RunOptions,
  ): Promise<unknown> {
    const response = await this.#send("POST", "/v1/verbs/run", { body: { name, args }, signal });
    for await (const line of readLines(response.body)) {
      const said: unknown = JSON.parse(line);
      if (typeof said !== "object" || said === null) break;
      if ("report" in said) report(said.report);
      else if ("error" in said) throw refusal(said, "run");
      else return "result" in said ? said.result : undefined;
    }
    signal.throwIfAborted();
    throw new BusError("ECONNRESET", `the host has gone while it was running ${name}`, { op: "run" });
  }

  async #call<A>(method: TransportRequest["method"], path: string, given: Loose = {}): Promise<A> {
    const response = await this.#send(method, path, given);
    const said = parsed(await text(response));
    if (said === undefined) throw refusal(said, `${method} ${path}`);
    return trusted(said);
  }

  async #send(method: TransportRequest["method"], path: string, given: Loose): Promise<HostResponse> {
    const { body, signal } = given;
    const response = await this.#transport({
      method,
      path: place(path, given),
      headers: {
        "x-auxbus-client": this.#name,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    });
    if (response.status === 200) return response;
    throw refusal(parsed(await text(response)), `${method} ${path}`);
  }
}

/** The path with its parameters and query. */
function place(path: string, { params = {}, query = {} }: Loose): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, key: string) => encodeURIComponent(params[key] ?? ""));
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return filled;
  return `${filled}?${pairs.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join("&")}`;
}

async function text({ body }: HostResponse): Promise<string> {
  let all = "";
  for await (const piece of body) all += piece;
  return all;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** What the host says when it refuses. */
function refusal(said: unknown, op: string): BusError {
  const error = typeof said === "object" && said !== null && "error" in said ? said.error : undefined;
  if (typeof error !== "object" || error === null) {
    return new BusError("EPROTO", "what answers is no auxbus host", { op });
  }
  const known: Readonly<Record<string, unknown>> = { ...error };
  const { code, message, device, driver } = known;
  const errno = isErrno(code) ? code : "EIO";
  return new BusError(errno, typeof message === "string" ? message : "it does not say why", {
    op,
    device: typeof device === "string" ? device : undefined,
    driver: typeof driver === "string" ? driver : undefined,
  });
}
