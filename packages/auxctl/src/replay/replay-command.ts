import type { Command } from "commander";
import type { Shell } from "../shell.ts";

interface Options {
  readonly check?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `auxctl replay` */
export function addReplayCommand(program: Command, { io, finish }: Shell): Command {
  return program
    .command("replay")
    .summary("run scenarios and print or check their traces")
    .description("Run scenarios on a bus of their own, in virtual time, and print what it did, line by line.")
    .argument("<path...>", "scenario files, folders with *.aux files, or - for the standard input")
    .option("-c, --check", "compare with the recorded NAME.trace-auxbus or NAME.trace beside each scenario")
    .option("-s, --strict", "refuse to add a deleted device again, instead of imitating Linux")
    .option("--json", "print one JSON object a line")
    .addHelpText("after", HELP)
    .action(async (paths: string[], { check = false, strict = false, json = false }: Options) => {
      const { findScenarioFiles, JsonReport, replay, TextReport } = await import("./replaying.ts");
      const files = await findScenarioFiles(paths, io.cwd);
      const report = json ? new JsonReport(io) : new TextReport(io, { check });
      finish(await replay(files, { check, strict }, report, io));
    });
}

const HELP = `
Several traces are framed by === BEGIN NAME and === END NAME. A NAME.trace-auxbus says what this bus answers to
a misuse that Linux does not survive; it is compared with in strict mode. Traces are compared line by line. Where
work runs beside the commands (deferred and async probes, runtime PM, bg), --check looks for the moments at which it
has to come in for that, and TRACE is the nearest that was found.

Examples:
  auxctl replay conformance/examples/001-basic.aux
  auxctl replay conformance --check
  echo 'parent p0' | auxctl replay -

JSON records:
  {"type":"scenario","name","file","trace":[…],"check":{"against":"linux"|"auxbus","equal","expected":[…]}}
  {"type":"error","file","message"}
  {"type":"summary","scenarios","linux","refused","different","unusable","seconds"}

Exit codes:
  0  replayed; with --check, all are equal
  1  at least one differs
  2  the command line or a scenario is wrong, or there is nothing to compare with`;
