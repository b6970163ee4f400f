/** A request as the client makes it. */
export interface TransportRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

/** The answer, as text that comes in pieces. */
export interface HostResponse {
  readonly status: number;
  readonly body: AsyncIterable<string>;
}

/**
 * How a host is reached.
 *
 * @throws {BusError} `ECONNREFUSED` nobody answers; what the signal was aborted with
 */
export type Transport = (request: TransportRequest) => Promise<HostResponse>;
