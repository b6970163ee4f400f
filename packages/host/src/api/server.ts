import { chmod, lstat, mkdir, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { dirname } from "node:path";
import process from "node:process";
import { getRequestListener } from "@hono/node-server";
import { BusError, toError } from "auxbus";
import { answers } from "../client/socket-transport.ts";
import type { App } from "./app.ts";

/** Something that callers can connect to. */
export interface Listener {
  close(): Promise<void>;
}

/** What a connection may take up. */
export interface Limits {
  readonly connections: number;
}

/** A server for the API, which closes what is idle, slow or too long. */
function serverFor(app: App, { connections }: Limits): Server {
  const answer = getRequestListener((request, env) => app.fetch(request, env), {
    overrideGlobalObjects: false,
    // What is not even a request.
    errorHandler: (error) =>
      Response.json({ error: { code: "EINVAL", message: toError(error).message } }, { status: 400 }),
  });
  const server = createServer(
    { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 10_000 },
    (request, response) => void answer(request, response),
  );
  server.maxConnections = connections;
  return server;
}

async function listening(server: Server, where: string, listen: (done: () => void) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new BusError("EADDRINUSE", `somebody else listens on ${where}; choose another place in the configuration`, {
              op: "up",
              cause: error,
            })
          : new BusError("EIO", `cannot listen on ${where}: ${error.message}`, { op: "up", cause: error }),
      ),
    );
    listen(resolve);
  });
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/**
 * Listens on a Unix socket that only its owner can open.
 *
 * @throws {BusError} `EADDRINUSE` a host listens there; `EEXIST` it is something else; `EIO` nothing can listen there
 */
export async function listenOnSocket(app: App, path: string, limits: Limits): Promise<Listener> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await clearPath(path);
  const server = serverFor(app, limits);
  // From the first moment on: the folder may be open to others.
  const before = process.umask(0o177);
  try {
    await listening(server, path, (done) => void server.listen(path, done));
  } finally {
    process.umask(before);
  }
  await chmod(path, 0o600);
  return {
    close: async () => {
      await close(server);
      await rm(path, { force: true });
    },
  };
}

/** Listens on a port of this machine alone. @param port 0: any @throws {BusError} `EADDRINUSE`, `EIO` */
export async function listenOnPort(
  app: App,
  { host, port }: { readonly host: string; readonly port: number },
  limits: Limits,
): Promise<Listener & { readonly port: number }> {
  const server = serverFor(app, limits);
  await listening(server, `${host}:${port}`, (done) => void server.listen({ host, port, exclusive: true }, done));
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new BusError("EIO", "the server has no port", { op: "up" });
  return { port: address.port, close: () => close(server) };
}

/** Makes way for a socket: takes away one that is left over from a host that was killed, and nothing else. */
async function clearPath(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return;
  if (!stats.isSocket()) {
    throw new BusError("EEXIST", `${path} is there, and is no socket; choose another path`, { op: "up" });
  }
  if (await answers(path)) throw new BusError("EADDRINUSE", `a host is listening on ${path} already`, { op: "up" });
  await rm(path, { force: true });
}
