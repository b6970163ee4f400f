import type { Command } from "commander";
import { help, onView } from "../host/host-option.ts";
import type { CommonOptions, Shell } from "../shell.ts";

export interface DiffOptions extends CommonOptions {
  readonly all?: boolean;
}

/** `auxctl diff` */
export function addDiffCommand(program: Command, shell: Shell): Command {
  return onView(program.command("diff"))
    .summary("say what has changed between two snapshots")
    .description(
      "Say what has changed from one snapshot file to another, or to what is there now: devices, drivers, links, and " +
        "the values of attributes.",
    )
    .argument("<before>", "a file of auxctl snapshot")
    .argument("[after]", "another one (what is there now)")
    .option("-a, --all", "also counters, times and other values that change by themselves")
    .addHelpText(
      "after",
      help(["auxctl diff before.json.gz after.json.gz", "auxctl diff before.json.gz", "auxctl diff a b --json"], MORE),
    )
    .action(async (before: string, after: string | undefined, options: DiffOptions) => {
      const { diff } = await import("./diff.ts");
      await diff(before, after, options, shell);
    });
}

const MORE = `
+ stands before what is new, - before what is gone, ~ before what has changed.

Exit codes:
  0  nothing has changed
  1  something has changed
  2  the command line is wrong, a file cannot be read, or no host is running`;
