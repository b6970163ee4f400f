import type { Command } from "commander";
import { BusError } from "auxbus";
import { UsageError } from "../exit-code.ts";
import { OWN_WORDS } from "../command-list.ts";
import { hostIn } from "../host/view-in.ts";
import type { Shell } from "../shell.ts";

/** Milliseconds that the help waits for a host. */
const PATIENCE = 500;

/**
 * Adds the commands that a running host has, when the command line `args` is about one of them or asks for help.
 *
 * @returns the command line to be read
 */
export async function withVerbs(program: Command, args: readonly string[], shell: Shell): Promise<readonly string[]> {
  const [first, ...rest] = args;
  if (first === undefined || first === "--help" || first === "-h" || (first === "help" && rest.length === 0)) {
    await addForHelp(program, shell);
    return args;
  }
  // `help devlink dev` goes as deep as `devlink dev --help`.
  const words = first === "help" ? [...rest, "--help"] : args;
  const [word = ""] = words;
  if (word.startsWith("-") || OWN_WORDS.has(word)) return args;
  try {
    const client = await shell.host(hostIn(words));
    const { verbs } = await client.get("/v1/verbs");
    const { addVerbCommands } = await import("./verb-commands.ts");
    addVerbCommands(program, verbs, client, shell);
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof BusError)) throw error;
    explainUnknown(program, error instanceof BusError ? error.reason : error.message);
    // Without --help, for which the help of auxctl itself would be no answer.
    return [word];
  }
  return words;
}

/** The help is there without a host, too, and waits for none. */
async function addForHelp(program: Command, shell: Shell): Promise<void> {
  try {
    const client = await shell.host({}, { timeout: PATIENCE });
    const { verbs } = await client.get("/v1/verbs");
    const { addVerbCommands } = await import("./verb-commands.ts");
    addVerbCommands(program, verbs, client, shell);
  } catch {
    // Whatever keeps the host from answering: help is not about that.
  }
}

/** Says in the error about an unknown command why no host could be asked for it. */
function explainUnknown(program: Command, why: string): void {
  const output = program.configureOutput();
  program.configureOutput({ outputError: (text, write) => output.outputError?.(`${text}(${why})\n`, write) });
}
