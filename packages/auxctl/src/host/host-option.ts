import { type Command, Option } from "commander";

/** Adds the options that all commands of a host have. */
export function onHost(command: Command): Command {
  return command
    .option("-H, --host <name>", "name, socket or URL of the host (AUXBUS_HOST, or the one that runs)")
    .addOption(new Option("-s, --socket <path>", "the same as --host").hideHelp())
    .option("--json", "print JSON");
}

/** Adds the options of commands that may be about this machine's kernel instead of a host. */
export function onKernel(command: Command): Command {
  return onHost(command)
    .option("-L, --linux", "this machine's kernel instead of a host")
    .option("--root <folder>", "the kernel of a machine whose /sys, /proc, … are in a folder");
}

/** Adds the options that commands about devices and drivers have: they work on a running Linux and on snapshots. */
export function onView(command: Command, kind: "looks" | "changes" = "looks"): Command {
  onKernel(command).addOption(
    new Option("--file <file>", "a file of auxctl snapshot, instead of a host").conflicts([
      ...["host", "socket", "linux", "root"],
    ]),
  );
  if (command.options.every(({ long }) => long !== "--bus"))
    command.option("-b, --bus <bus>", "with --linux: another bus than auxiliary, several with commas, or all");
  if (kind === "looks") return command;
  return command
    .option("-n, --dry-run", "with --linux: say what would be written, and write nothing")
    .option("--force", "with --linux: even what this machine is cut off without");
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
