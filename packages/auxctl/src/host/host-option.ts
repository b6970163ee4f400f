import { type Command, Option } from "commander";

/** Adds the options that all commands of a host have. */
export function onHost(command: Command): Command {
  return command
    .option("-H, --host <name>", "name, socket or URL of the host (AUXBUS_HOST, or the one that runs)")
    .addOption(new Option("-s, --socket <path>", "the same as --host").hideHelp())
    .option("--json", "print JSON");
}

/** For the help of commands that only look. */
export const LOOK_CODES = `
Exit codes:
  0  done
  1  there is no such thing, or the host has refused it
  2  the command line is wrong, or no host is running`;

/** For the help of commands that change something. */
export const CHANGE_CODES = `
Exit codes:
  0  done
  1  the host has refused it
  2  the command line is wrong, or no host is running`;

/** What stands at the end of a help. */
export function help(examples: readonly string[], exitCodes: string): string {
  return `\nExamples:\n${examples.map((line) => `  ${line}`).join("\n")}\n${exitCodes}`;
}
