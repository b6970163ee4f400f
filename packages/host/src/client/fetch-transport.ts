import { BusError, toError } from "auxbus";
import type { Transport } from "./transport.ts";

/** A host over HTTP. @param base such as `http://127.0.0.1:7420` @param token one of the host's */
export function fetchTransport(base: string, token: string): Transport {
  return async ({ method, path, headers, body, signal }) => {
    const refused = (error: unknown): unknown =>
      signal?.aborted === true
        ? signal.reason
        : new BusError("ECONNREFUSED", `no host answers on ${base}: ${toError(error).message}`, { cause: error });
    const response = await fetch(new URL(path, base), {
      method,
      headers: { ...headers, authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body }),
      signal: signal ?? null,
    }).catch((error: unknown) => {
      throw refused(error);
    });
    return { status: response.status, body: pieces(response.body, base, signal) };
  };
}

async function* pieces(
  body: ReadableStream<Uint8Array> | null,
  base: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void> {
  if (body === null) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new BusError("ECONNRESET", `the host on ${base} has gone: ${toError(error).message}`, { cause: error });
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
