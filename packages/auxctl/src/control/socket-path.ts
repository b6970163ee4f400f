import type { Stats } from "node:fs";
import { chmod, lstat, mkdir, readdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { UsageError } from "../exit-code.ts";
import type { Io } from "../io.ts";

/** Where the sockets of a user's buses are: nobody else gets in. */
export function socketFolder(env: Io["env"]): string {
  const runtime = env["XDG_RUNTIME_DIR"];
  return runtime === undefined || runtime === "" ? `/tmp/auxbus-${process.getuid?.() ?? 0}` : join(runtime, "auxbus");
}

/** Makes the folder if need be. @throws {UsageError} it is somebody else's, or no folder */
export async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw new UsageError(`cannot make ${folder}: ${error.message}`);
  });
  if (!isOwn(await lstat(folder))) {
    throw new UsageError(`${folder} is not a folder of yours, so no socket is put there; set XDG_RUNTIME_DIR`);
  }
  await chmod(folder, 0o700);
}

function isOwn(stats: Stats): boolean {
  return stats.isDirectory() && stats.uid === (process.getuid?.() ?? stats.uid);
}

/** A free name for the socket of this process. */
export async function ownSocket(env: Io["env"]): Promise<string> {
  const folder = socketFolder(env);
  await prepareFolder(folder);
  const taken = await readdir(folder);
  for (let n = 1; ; n++) {
    const name = n === 1 ? `run-${process.pid}.sock` : `run-${process.pid}-${n}.sock`;
    if (!taken.includes(name)) return join(folder, name);
  }
}

/** The socket of the one bus that this user is running. @throws {UsageError} there is none, or there are several */
export async function theSocket(env: Io["env"]): Promise<string> {
  const running = await liveSockets(env);
  const [first, second] = running;
  if (first === undefined) {
    throw new UsageError("no bus is running; start one with auxctl run, or name its socket with --socket");
  }
  if (second !== undefined) {
    throw new UsageError(`several buses are running, say which with --socket: ${running.join(", ")}`);
  }
  return first;
}

/** The sockets that somebody listens on; those that are left over are removed. */
async function liveSockets(env: Io["env"]): Promise<string[]> {
  const folder = socketFolder(env);
  const stats = await lstat(folder).catch(() => undefined);
  if (stats === undefined) return [];
  if (!isOwn(stats) || (stats.mode & 0o022) !== 0) {
    throw new UsageError(
      `others can write into ${folder}, so what listens there may be anybody's; say which socket with --socket`,
    );
  }
  const names = await readdir(folder);
  const live: string[] = [];
  for (const name of names.filter((entry) => entry.endsWith(".sock")).toSorted()) {
    const path = join(folder, name);
    if (await answers(path)) live.push(path);
    else await rm(path, { force: true });
  }
  return live;
}

/**
 * Makes way for a new socket: takes away one that is left over from a bus that was killed, and nothing else.
 *
 * @throws {UsageError} somebody listens there, or it is no socket
 */
export async function clearPath(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return;
  if (!stats.isSocket()) throw new UsageError(`${path} is there, and is no socket; choose another path`);
  if (await answers(path)) throw new UsageError(`a bus is listening on ${path} already`);
  await rm(path, { force: true });
}

/** Whether somebody listens on a socket. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
