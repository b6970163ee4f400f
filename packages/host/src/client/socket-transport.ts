import { request } from "node:http";
import { connect } from "node:net";
import { BusError, toError } from "auxbus";
import type { Transport } from "./transport.ts";

export interface SocketTransportOptions {
  /** Milliseconds that the host may be silent; left out: any time. */
  readonly timeout?: number | undefined;
}

/** A host at its Unix socket. */
export function socketTransport(socketPath: string, { timeout }: SocketTransportOptions = {}): Transport {
  return ({ method, path, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const asking = request({
        socketPath,
        path,
        method,
        headers: { host: "localhost", ...headers },
        agent: false,
        ...(signal === undefined ? {} : { signal }),
        ...(timeout === undefined ? {} : { timeout }),
      });
      asking.on("response", (response) => {
        response.setEncoding("utf8");
        resolve({ status: response.statusCode ?? 0, body: told(response, socketPath, signal) });
      });
      asking.on("timeout", () =>
        asking.destroy(new BusError("ETIMEDOUT", `the host on ${socketPath} says nothing for ${timeout} ms`)),
      );
      asking.on("error", (error) => {
        if (signal?.aborted === true) reject(toError(signal.reason));
        else reject(error instanceof BusError ? error : failure(error, socketPath));
      });
      asking.end(body);
    });
}

async function* told(
  response: AsyncIterable<string>,
  socketPath: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void> {
  try {
    yield* response;
  } catch (error) {
    signal?.throwIfAborted();
    throw new BusError("ECONNRESET", `the host on ${socketPath} has gone: ${toError(error).message}`, { cause: error });
  }
}

function failure(error: NodeJS.ErrnoException, socketPath: string): BusError {
  // Nothing was asked yet.
  const nobody = error.code === "ECONNREFUSED" || error.code === "ENOENT" || error.code === "EACCES";
  const message = nobody ? `no host answers on ${socketPath}` : `the host on ${socketPath} has gone`;
  return new BusError(nobody ? "ECONNREFUSED" : "ECONNRESET", `${message}: ${error.message}`, { cause: error });
}

/** Whether somebody listens on a Unix socket. */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
