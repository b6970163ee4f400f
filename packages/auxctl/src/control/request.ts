import type { IncomingMessage } from "node:http";
import { BusError } from "auxbus";

/** More than any request needs, in bytes. */
const MOST_BODY = 64 * 1024;

/** The request itself is not as it should be. */
export class BadRequest extends BusError {
  readonly status: number;

  constructor(status: number, message: string) {
    super("EINVAL", message, { op: "control" });
    this.status = status;
  }
}

/** What a request says: a JSON object. @throws {BadRequest} it is none, or too long */
export async function readRequest(request: IncomingMessage): Promise<object> {
  const body = await readBody(request);
  let said: unknown;
  try {
    said = JSON.parse(body);
  } catch {
    throw new BadRequest(400, "the request is no JSON");
  }
  if (!isRecord(said)) throw new BadRequest(400, "a request is an object");
  return said;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.byteLength;
    if (size > MOST_BODY) throw new BadRequest(413, `a request has at most ${MOST_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

export function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
