import { access } from "node:fs/promises";
import { dirname } from "node:path";
import process from "node:process";
import { BusError } from "auxbus";
import type { IsolationKind, ModuleIndex, ModuleInfo } from "@auxbus/modules";
import { UsageError } from "../exit-code.ts";
import { ownSocket } from "../host/socket-path.ts";
import type { Io } from "../io.ts";
import { depmod, lookUp } from "../modules/installed.ts";
import type { Shell } from "../shell.ts";
import { JsonReport } from "./json-report.ts";
import { parseParams } from "./module-params.ts";
import { run } from "./run.ts";
import type { RunCommandOptions } from "./run-command.ts";
import { TextReport } from "./text-report.ts";

/** Runs modules in a host of their own. @throws {UsageError} the command line is wrong, or it cannot listen */
export async function runModules(words: readonly string[], options: RunCommandOptions, shell: Shell): Promise<void> {
  const { io } = shell;
  const { once = false, json = false, verbose = false, autoload, blacklist = [] } = options;
  const { index, load, again } = await findModules(words, io);
  const params = parseParams(options.param ?? []);
  for (const name of params.keys()) expectModule(name, "--param", index);
  for (const name of blacklist) expectModule(name, "--blacklist", index);
  const isolation = parseIsolation(options.isolation ?? [], index);
  const report = json ? new JsonReport(io) : new TextReport(io, { verbose });
  const socket = once || options.socket === false ? null : await socketPath(options.socket, io);
  const name = `run-${process.pid}`;
  const settings = { name, load, params: Object.fromEntries(params), blacklist, isolation, autoload, once, socket };
  try {
    shell.finish(await run({ ...settings, depmod: again }, report, io));
  } catch (error) {
    // Before anything was loaded: somebody listens there, or something else is there.
    throw error instanceof BusError ? new UsageError(error.reason) : error;
  }
}

async function socketPath(given: string | true | undefined, io: Io): Promise<string> {
  if (typeof given !== "string") return ownSocket(io.env);
  await access(dirname(given)).catch((error: Error) => {
    throw new UsageError(`cannot listen on ${given}: ${error.message}`);
  });
  return given;
}

interface Found {
  /** It knows all that were named, by whatever name. */
  readonly index: ModuleIndex;
  /** Their names as modules. */
  readonly load: readonly string[];
  /** Looks at everything again. */
  readonly again: () => Promise<ModuleIndex>;
}

async function findModules(words: readonly string[], io: Io): Promise<Found> {
  let index = await depmod(io);
  const load: string[] = [];
  const others: { word: string; info: ModuleInfo }[] = [];
  for (const word of words) {
    const info = await lookUp(word, index, io);
    if (load.includes(info.name)) throw new UsageError(`module ${info.name} is named twice`);
    load.push(info.name);
    if (index.find(info.name) === info) continue;
    others.push({ word, info });
    index = index.with(info);
  }
  const again = async (): Promise<ModuleIndex> => {
    let found = await depmod(io);
    // What has gone meanwhile is still what was asked for.
    for (const { word, info } of others) found = found.with(await lookUp(word, found, io).catch(() => info));
    return found;
  };
  return { index, load, again };
}

function expectModule(name: string, option: string, index: ModuleIndex): void {
  if (index.find(name) === undefined) throw new UsageError(`${option} for module ${name}, which is not installed`);
}

function parseIsolation(words: readonly string[], index: ModuleIndex): Record<string, IsolationKind> {
  const kinds: Record<string, IsolationKind> = {};
  for (const word of words) {
    const [, module, kind] = /^([^=]+)=(none|worker|process)$/.exec(word) ?? [];
    if (module === undefined) {
      throw new UsageError(`--isolation ${word}: expected MODULE=none, MODULE=worker or MODULE=process`);
    }
    if (module !== "*") expectModule(module, "--isolation", index);
    kinds[module] = kind === "worker" || kind === "process" ? kind : "none";
  }
  return kinds;
}
