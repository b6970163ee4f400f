import type { Command } from "commander";
import { UsageError } from "../exit-code.ts";
import type { Io } from "../io.ts";
import type { Finish } from "../program.ts";
import { JsonReport } from "./json-report.ts";
import { parseParams } from "./module-params.ts";
import { findModule, type ModuleSource } from "./module-source.ts";
import { run } from "./run.ts";
import { TextReport } from "./text-report.ts";

interface Options {
  readonly param?: readonly string[];
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
      "Run a bus in the foreground: load modules in the order given, show the device tree, then each uevent.",
    )
    .argument("<module...>", "path of a file or package folder, name of a package, or NAME of @auxbus/NAME")
    .option("-p, --param <module.key=value>", "set a parameter of a module (repeatable)", collect)
    .option("-1, --once", "print the tree when all is loaded, then shut down and leave")
    .option("--json", "print one JSON object a line")
    .option("-v, --verbose", "show uevents while loading, modules, and all of the bus's log")
    .addHelpText("after", HELP)
    .action(async (words: string[], { param = [], once = false, json = false, verbose = false }: Options) => {
      const sources = await findModules(words, io);
      const params = parseParams(param);
      for (const name of params.keys()) {
        if (!sources.some((source) => source.name === name)) {
          throw new UsageError(`--param for module ${name}, which is not among those to load`);
        }
      }
      const report = json ? new JsonReport(io) : new TextReport(io, { verbose });
      finish(await run(sources, params, { once }, report, io));
    });
}

function collect(word: string, before: readonly string[] = []): readonly string[] {
  return [...before, word];
}

async function findModules(words: readonly string[], io: Io): Promise<ModuleSource[]> {
  const sources: ModuleSource[] = [];
  for (const word of words) {
    const source = await findModule(word, io.cwd);
    if (sources.some(({ name }) => name === source.name)) throw new UsageError(`module ${source.name} is named twice`);
    sources.push(source);
  }
  return sources;
}

const HELP = `
A module exports init({ core, module, params }) and exit({ core, module }), or just a driver. Ctrl-C and SIGTERM
shut down in order: the modules' exit, last loaded first, then the bus; a second Ctrl-C ends at once. Warnings
and errors of the bus go to stderr.

Examples:
  auxctl run sound snd_sof_pci_intel_tgl snd_sof_probes
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
