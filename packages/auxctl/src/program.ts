import { Command, CommanderError } from "commander";
import { BusError } from "auxbus";
import { colorsFor } from "./colors.ts";
import { addCommands, OWN_WORDS } from "./command-list.ts";
import { ExitCode, isUsageError } from "./exit-code.ts";
import { commandFirst } from "./host/command-first.ts";
import type { Io } from "./io.ts";
import { Shell } from "./shell.ts";
import { version } from "./version.ts";
import { withVerbs } from "./verbs/find-verbs.ts";

/** The command line: its commands, their options and their help. @param only the command that is asked for */
export function createProgram(shell: Shell, only?: string): Command {
  const { io } = shell;
  const program = new Command("auxctl")
    .description("Run, replay, look at and steer auxiliary buses.")
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
  addCommands(program, shell, only);
  return program;
}

const HELP = `
Examples:
  auxctl run snd_sof                         a bus with all of the SOF stack, until Ctrl-C
  auxctl ls                                  its devices, from another shell
  auxctl explain snd_sof.hda-probes.0        why a device is bound, or not
  auxctl log -f                              what happens
  auxctl replay conformance --check          compare with what Linux did

The modules of a running host add commands of their own; they are shown here while it runs.

Exit codes:
  0  done; traces are equal
  1  traces differ, a module failed, or the host has refused
  2  the command line, a scenario or a module name is wrong, or no host is running`;

/** Runs the command line `given` and returns what the process should end with. */
export async function runProgram(given: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = ExitCode.ok;
  const shell = new Shell(io, (result) => {
    code = result;
  });
  const args = commandFirst(given);
  const [first = ""] = args;
  const program = createProgram(shell, first !== "help" && OWN_WORDS.has(first) ? first : undefined);
  try {
    await program.parseAsync(await withVerbs(program, args, shell), { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
    return complain(error, shell);
  }
}

/** Says in a line what went wrong. @throws what nobody has foreseen */
function complain(error: unknown, shell: Shell): ExitCode {
  if (isUsageError(error)) {
    shell.complain(error.message);
    return ExitCode.usage;
  }
  if (!isBusError(error)) throw error;
  // Nobody answers: it is the command line that names the wrong one, or one is to be started.
  if (error.code === "ECONNREFUSED") {
    shell.complain(error.reason);
    return ExitCode.usage;
  }
  shell.complain(`${error.reason.replace(`${error.code}: `, "")} (${error.code})`);
  return ExitCode.failed;
}

/** Not by its class, either. */
function isBusError(error: unknown): error is BusError {
  return error instanceof BusError || (error instanceof Error && error.name === "BusError" && "reason" in error);
}
