import type { Command } from "commander";
import type { IsolationKind, ModuleIndex, ModuleInfo } from "@auxbus/modules";
import { ownSocket } from "../control/socket-path.ts";
import { UsageError } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { depmod, lookUp } from "../modules/installed.ts";
import type { Finish } from "../program.ts";
import { JsonReport } from "./json-report.ts";
import { parseParams } from "./module-params.ts";
import { run } from "./run.ts";
import { TextReport } from "./text-report.ts";

interface Options {
  readonly param?: readonly string[];
  readonly blacklist?: readonly string[];
  readonly isolation?: readonly string[];
  readonly autoload: boolean;
  readonly socket?: string | boolean;
  readonly once?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** `auxctl run` */
export function addRunCommand(program: Command, io: Io, finish: Finish): void {
  program
    .command("run")
    .summary("run a bus with modules in the foreground")
    .description(
      "Run a bus in the foreground: load modules in the order given, and what their devices name by alias; show " +
        "the device tree, then each uevent.",
    )
    .argument("<module...>", "name of a module or package, or path of a file or package folder")
    .option("-p, --param <module.key=value>", "set a parameter of a module (repeatable)", collect)
    .option("-b, --blacklist <module>", "do not load this module by alias (repeatable)", collect)
    .option(
      "-i, --isolation <module=kind>",
      "run a module in: none, worker, process; * is for all that say so",
      collect,
    )
    .option("--no-autoload", "load only the modules that are named, and what they depend on")
    .option("-s, --socket <path>", "where other commands can steer the bus")
    .option("--no-socket", "let no other command steer the bus")
    .option("-1, --once", "print the tree when all is loaded, then shut down and leave")
    .option("--json", "print one JSON object a line")
    .option("-v, --verbose", "show uevents while loading, modules, and all of the bus's log")
    .addHelpText("after", HELP)
    .action(async (words: string[], options: Options) => {
      const { once = false, json = false, verbose = false, autoload } = options;
      const { index, load, again } = await findModules(words, io);
      const params = parseParams(options.param ?? []);
      for (const name of params.keys()) expectModule(name, "--param", index);
      for (const name of options.blacklist ?? []) expectModule(name, "--blacklist", index);
      const isolation = parseIsolation(options.isolation ?? [], index);
      const report = json ? new JsonReport(io) : new TextReport(io, { verbose });
      const socket = once || options.socket === false ? null : await socketPath(options.socket, io);
      finish(
        await run(
          {
            index,
            load,
            params: Object.fromEntries(params),
            blacklist: options.blacklist,
            isolation,
            autoload,
            once,
            socket,
            depmod: again,
          },
          report,
          io,
        ),
      );
    });
}

function socketPath(given: string | true | undefined, io: Io): string | Promise<string> {
  return typeof given === "string" ? given : ownSocket(io.env);
}

function collect(word: string, before: readonly string[] = []): readonly string[] {
  return [...before, word];
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

const HELP = `
A module exports init({ core, module, params }) and exit({ core, module }), or just a driver. Ctrl-C and SIGTERM
shut down in order: the modules' exit, last loaded first, then the bus; a second Ctrl-C ends at once. Warnings
and errors of the bus go to stderr. While it runs, lsmod, modprobe, rmmod, upgrade and so on steer it from
another shell of the same user.

Examples:
  auxctl run snd_sof                                  all of the SOF stack, by alias
  auxctl run snd_sof --isolation snd_sof_probes=process
  auxctl run --once ./my-publisher.js ./my-driver.js
  auxctl run my-gateway --param my-gateway.ports=4 --json

JSON records (schema 1; readers ignore fields and types that they do not know):
  {"type":"auxctl","schema":1}                                       first
  {"type":"module","name","state":"loaded"|"unloaded"}
  {"type":"tree","seqnum","buses":[{"name","autoprobe"}],"devices":[{"path","name","parent","bus","driver",
   "module","state":"bound"|"unbound"|"deferred"|"probing","reason","modalias","version","runtimeStatus"}],
   "drivers":[{"bus","name","module","devices":[path]}],"links":[{"consumer","supplier","state"}]}
  {"type":"uevent","seqnum","action","devpath","subsystem","env":{},"time"}   time in milliseconds
  {"type":"overflow","lost"}                                         uevents that were not read in time
  {"type":"log","level","message","device","driver","time"}
  {"type":"error","message"}

Exit codes:
  0    ended in order
  1    a module failed to load or to exit
  2    the command line is wrong, or a module was not found
  130  ended at once by a second Ctrl-C (143: by SIGTERM)`;
