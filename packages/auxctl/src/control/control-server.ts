import { chmod, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import process from "node:process";
import { errnoOf, toError } from "auxbus";
import { UsageError } from "../exit-code.ts";
import { type BusControl, type ControlMethod, isMethod, takes } from "./bus-control.ts";
import { BadRequest, readRequest } from "./request.ts";
import { clearPath } from "./socket-path.ts";
import { answerVerb, parseVerbRequest } from "./verb-request.ts";

/** Lets other commands of the same user steer a bus, over a Unix socket that only they can open. */
export class ControlServer {
  readonly path: string;
  readonly #server: Server;

  private constructor(path: string, server: Server) {
    this.path = path;
    this.#server = server;
  }

  /** @throws {UsageError} somebody listens there, it is something else, or nothing can listen there */
  static async listen(path: string, control: BusControl): Promise<ControlServer> {
    await clearPath(path);
    const server = createServer((request, response) => void serve(control, request, response));
    // From the first moment on: the folder may be open to others.
    const before = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", (error) => reject(new UsageError(`cannot listen on ${path}: ${error.message}`)));
        server.listen(path, resolve);
      });
    } finally {
      process.umask(before);
    }
    await chmod(path, 0o600);
    // It keeps no program alive by itself.
    server.unref();
    return new ControlServer(path, server);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    await rm(this.path, { force: true });
  }
}

async function serve(control: BusControl, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = (status: number, body: object): void => {
    response.writeHead(status, { "content-type": "application/json", connection: "close" });
    response.end(`${JSON.stringify(body)}\n`);
  };
  try {
    const path = request.method === "POST" ? request.url : undefined;
    if (path === "/v1/call") {
      const [method, args] = parseCall(await readRequest(request));
      const fn: (...args: never[]) => Promise<unknown> = control[method];
      const result: unknown = await Reflect.apply(fn, control, args);
      answer(200, { result: result ?? null });
    } else if (path === "/v1/run") {
      await answerVerb(parseVerbRequest(await readRequest(request)), control, response);
    } else {
      answer(404, { code: "ENOENT", message: "there are only POST /v1/call and POST /v1/run" });
    }
  } catch (error) {
    const { message } = toError(error);
    answer(error instanceof BadRequest ? error.status : 422, { code: errnoOf(error), message });
  }
}

function parseCall(call: object): [ControlMethod, unknown[]] {
  if (!("method" in call) || !("args" in call)) throw new BadRequest(400, "a request has a method and args");
  const { method, args } = call;
  if (!isMethod(method)) throw new BadRequest(400, `there is no method ${String(method)}`);
  if (!Array.isArray(args) || !takes(method, args)) throw new BadRequest(400, `these are no arguments of ${method}`);
  return [method, args];
}
