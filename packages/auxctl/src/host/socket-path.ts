import { lstatSync, readdirSync, type Stats } from "node:fs";
import { chmod, lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { answers } from "@auxbus/host/client/socket";
import { UsageError } from "../exit-code.ts";
import type { Io } from "../io.ts";

/** Where the sockets of a user's hosts are: nobody else gets in. */
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

/** The socket of the one host that this user is running. @throws {UsageError} there is none, or there are several */
export async function theSocket(env: Io["env"]): Promise<string> {
  const [only, other] = socketNames(env);
  // Nobody is asked whether somebody listens there: the command itself will be told.
  if (only !== undefined && other === undefined) return join(socketFolder(env), only);
  const running = await runningHosts(env);
  const [first, second] = running;
  if (first === undefined) {
    throw new UsageError("no host is running; start one with auxctl up or auxctl run, or name it with --host");
  }
  if (second !== undefined) {
    const names = running.map(({ name }) => name).join(", ");
    throw new UsageError(`several hosts are running, say which with --host: ${names}`);
  }
  return first.socket;
}

/** A host of this user. */
export interface RunningHost {
  readonly name: string;
  readonly socket: string;
}

/** Those whose sockets somebody listens on; sockets that are left over are removed. */
export async function runningHosts(env: Io["env"]): Promise<RunningHost[]> {
  const live: RunningHost[] = [];
  for (const name of socketNames(env)) {
    const path = join(socketFolder(env), name);
    if (await answers(path)) live.push({ name: name.slice(0, -".sock".length), socket: path });
    else await rm(path, { force: true });
  }
  return live;
}

/**
 * What is in the folder of sockets; synchronously, because every command begins with it, and waits.
 *
 * @throws {UsageError} others can put sockets there
 */
function socketNames(env: Io["env"]): string[] {
  const folder = socketFolder(env);
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (!isOwn(stats) || (stats.mode & 0o022) !== 0) {
    throw new UsageError(
      `others can write into ${folder}, so what listens there may be anybody's; say which socket with --host`,
    );
  }
  return readdirSync(folder)
    .filter((entry) => entry.endsWith(".sock"))
    .toSorted();
}
