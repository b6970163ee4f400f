import type { Command } from "commander";
import { BusError } from "auxbus";
import { RemoteControl } from "../control/remote-control.ts";
import { theSocket } from "../control/socket-path.ts";
import { UsageError } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { busOf } from "../modules/command-frame.ts";
import type { Finish } from "../program.ts";
import { addVerbCommands, ownWords } from "./verb-commands.ts";

/** Milliseconds that the help waits for a bus. */
const PATIENCE = 500;

/**
 * Adds the commands that a running bus has, when the command line `args` is about one of them or asks for help.
 *
 * @returns the command line to be read
 */
export async function withVerbs(
  program: Command,
  args: readonly string[],
  io: Io,
  finish: Finish,
): Promise<readonly string[]> {
  const [first, ...rest] = args;
  if (first === undefined || first === "--help" || first === "-h" || (first === "help" && rest.length === 0)) {
    await addForHelp(program, io, finish);
    return args;
  }
  // `help devlink dev` goes as deep as `devlink dev --help`.
  const words = first === "help" ? [...rest, "--help"] : args;
  const [word = ""] = words;
  if (word.startsWith("-") || ownWords(program).has(word)) return args;
  try {
    const bus = await busOf({ socket: socketIn(words) }, io);
    addVerbCommands(program, await bus.verbs(), bus, io, finish);
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof BusError)) throw error;
    explainUnknown(program, error instanceof BusError ? error.reason : error.message);
    // Without --help, for which the help of auxctl itself would be no answer.
    return [word];
  }
  return words;
}

/** The help is there without a bus, too, and waits for none. */
async function addForHelp(program: Command, io: Io, finish: Finish): Promise<void> {
  try {
    const bus = new RemoteControl(await theSocket(io.env), { timeout: PATIENCE });
    addVerbCommands(program, await bus.verbs(), bus, io, finish);
  } catch {
    // Whatever keeps the bus from answering: help is not about that.
  }
}

/** Which socket the command line names, wherever it does. */
export function socketIn(args: readonly string[]): string | undefined {
  for (const [i, arg] of args.entries()) {
    if (arg === "--") return undefined;
    if (arg === "-s" || arg === "--socket") return args[i + 1];
    const [, path] = /^(?:--socket=|-s)(.+)$/s.exec(arg) ?? [];
    if (path !== undefined) return path;
  }
  return undefined;
}

/** Says in the error about an unknown command why no bus could be asked for it. */
function explainUnknown(program: Command, why: string): void {
  const output = program.configureOutput();
  program.configureOutput({ outputError: (text, write) => output.outputError?.(`${text}(${why})\n`, write) });
}
