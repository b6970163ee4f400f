import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { colorsFor } from "./colors.ts";
import { addCompletionCommand } from "./completion/completion-command.ts";
import { ExitCode, UsageError } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { addChangeCommands } from "./modules/change-commands.ts";
import { addNamesCommand } from "./modules/names-command.ts";
import { addQueryCommands } from "./modules/query-commands.ts";
import { addReplayCommand } from "./replay/replay-command.ts";
import { addRunCommand } from "./run/run-command.ts";
import { withVerbs } from "./verbs/find-verbs.ts";

/** How a command of the program tells what the process ends with. */
export type Finish = (code: ExitCode) => void;

/** The command line: its commands, their options and their help. */
export function createProgram(io: Io, finish: Finish): Command {
  const program = new Command("auxctl")
    .description("Run, replay and look at auxiliary buses.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .showHelpAfterError("(try --help)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      getOutHasColors: () => io.out.isTTY,
      getErrHasColors: () => io.err.isTTY,
      outputError: (text, write) => write(text.replace(/^error:/, colorsFor(io.err, io.env).red("auxctl:"))),
    })
    .addHelpText("after", HELP);
  addRunCommand(program, io, finish);
  addQueryCommands(program, io, finish);
  addChangeCommands(program, io, finish);
  addNamesCommand(program, io);
  addReplayCommand(program, io, finish);
  addCompletionCommand(program, io);
  return program;
}

const HELP = `
Examples:
  auxctl run snd_sof                         a bus with all of the SOF stack, until Ctrl-C
  auxctl lsmod                               what is loaded in it, from another shell
  auxctl run --once ./my-driver.js           load, print the device tree, leave
  auxctl replay conformance --check          compare with what Linux did

The modules of a running bus add commands of their own; they are shown here while it runs.

Exit codes:
  0  done; traces are equal
  1  traces differ, a module failed, or the bus has refused
  2  the command line, a scenario or a module name is wrong`;

/** Runs the command line `args` and returns what the process should end with. */
export async function runProgram(args: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = ExitCode.ok;
  const finish: Finish = (result) => {
    code = result;
  };
  const program = createProgram(io, finish);
  try {
    await program.parseAsync(await withVerbs(program, args, io, finish), { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
    if (!(error instanceof UsageError)) throw error;
    io.err.write(`${colorsFor(io.err, io.env).red("auxctl:")} ${error.message}\n`);
    return ExitCode.usage;
  }
}

function version(): string {
  const manifest: unknown = createRequire(import.meta.url)("../package.json");
  const known = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return known ? String(manifest.version) : "unknown";
}
