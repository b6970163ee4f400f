import type { Command } from "commander";
import type { Shell } from "../shell.ts";

export interface RunCommandOptions {
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
export function addRunCommand(program: Command, shell: Shell): Command {
  return program
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
    .action(async (words: string[], options: RunCommandOptions) => {
      const { runModules } = await import("./run-modules.ts");
      await runModules(words, options, shell);
    });
}

function collect(word: string, before: readonly string[] = []): readonly string[] {
  return [...before, word];
}

const HELP = `
A module exports init({ core, module, params }) and exit({ core, module }), or just a driver. Ctrl-C and SIGTERM
shut down in order: the modules' exit, last loaded first, then the bus; a second Ctrl-C ends at once. Warnings
and errors of the bus go to stderr. While it runs, ls, explain, modprobe and so on look at it and steer it from
another shell of the same user. It is a host that forgets everything at its end; auxctl up keeps it.

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
