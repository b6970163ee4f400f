import { fork } from "node:child_process";
import { createRequire } from "node:module";
import process from "node:process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Worker } from "node:worker_threads";
import type { Channel } from "./channel.ts";
import { codeFolders } from "./code-folders.ts";
import { channelToChild } from "./process-channel.ts";
import type { HostConfig } from "./protocol.ts";
import { portChannel } from "./worker-channel.ts";

/** Where isolated drivers run. */
export type HostKind = "worker" | "process";

/** What isolated drivers may have. */
export interface HostLimits {
  /** Megabytes of JavaScript objects (256). More ends the worker or process. */
  readonly memory?: number | undefined;
  /** Files and folders that a process may read, beside its own code. */
  readonly read?: readonly string[] | undefined;
  /** Files and folders that a process may write. */
  readonly write?: readonly string[] | undefined;
}

/** A running worker or process. */
export interface StartedHost {
  /** For people: `worker 3`, `process 4711`. */
  readonly name: string;
  readonly pid: number | undefined;
  readonly channel: Channel;
  /** Hears each line that is written to the standard output and error output. */
  onOutput(fn: (line: string) => void): void;
  /** Why it has ended; resolves when it has. */
  readonly ended: Promise<string>;
  kill(): void;
}

const MEMORY = 256;

/** What runs on the other side. Always the built program, as a worker cannot run TypeScript on every Node. */
const PROGRAM = createRequire(import.meta.url).resolve("@auxbus/modules/driver-host");

/** Starts a worker thread of this process. It sees the same files as this process. */
export function startWorker(config: HostConfig, { memory = MEMORY }: HostLimits): StartedHost {
  const worker = new Worker(PROGRAM, {
    argv: [JSON.stringify(config)],
    execArgv: [],
    name: "auxbus driver host",
    resourceLimits: { maxOldGenerationSizeMb: memory },
    stdout: true,
    stderr: true,
  });
  const ended = new Promise<string>((resolve) => {
    let why: string | undefined;
    worker.on("error", (error: unknown) => {
      why = error instanceof Error ? `${nameOf(error)}: ${error.message}` : String(error);
    });
    worker.on("exit", (code) => resolve(why ?? `exit code ${code}`));
  });
  return {
    name: `worker ${worker.threadId}`,
    pid: undefined,
    channel: portChannel(worker),
    onOutput: (fn) => eachLine([worker.stdout, worker.stderr], fn),
    ended,
    kill: () => void worker.terminate(),
  };
}

/**
 * Starts a process. Node's permission model lets it read the code of its modules and what it was granted, write
 * what it was granted, and start nothing.
 *
 * @param folders of the packages whose code it runs
 */
export function startProcess(config: HostConfig, limits: HostLimits, folders: readonly string[]): StartedHost {
  const { memory = MEMORY, read = [], write = [] } = limits;
  const readable = [...codeFolders([...folders, PROGRAM]), ...read];
  const child = fork(PROGRAM, [JSON.stringify(config)], {
    execArgv: [
      permissionFlag(),
      ...readable.map((path) => `--allow-fs-read=${path}`),
      ...write.map((path) => `--allow-fs-write=${path}`),
      `--max-old-space-size=${memory}`,
      "--disable-warning=ExperimentalWarning",
    ],
    // No NODE_OPTIONS: they could take the restrictions away.
    env: { PATH: process.env["PATH"], TZ: process.env["TZ"], LANG: process.env["LANG"] },
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let lastError = "";
  eachLine([child.stderr], (line) => {
    if (/^(?:\w*Error|FATAL ERROR)\b.*: /.test(line)) lastError = `: ${line}`;
  });
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    // Not "exit": what it has written last may say why.
    child.on("close", (code, signal) =>
      resolve((signal === null ? `exit code ${code}` : `killed by ${signal}`) + lastError),
    );
  });
  return {
    name: `process ${child.pid}`,
    pid: child.pid,
    channel: channelToChild(child),
    onOutput: (fn) => eachLine([child.stdout, child.stderr], fn),
    ended,
    kill: () => void child.kill("SIGKILL"),
  };
}

function eachLine(streams: readonly (Readable | null)[], fn: (line: string) => void): void {
  for (const input of streams) if (input !== null) createInterface({ input }).on("line", fn);
}

/** Node 20 calls the permission model experimental. */
function permissionFlag(): string {
  return process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission";
}

function nameOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
