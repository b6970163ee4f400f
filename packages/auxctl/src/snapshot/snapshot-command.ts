import type { Command } from "commander";
import { help, onView } from "../host/host-option.ts";
import type { CommonOptions, Shell } from "../shell.ts";

export interface SnapshotOptions extends CommonOptions {
  readonly mask?: boolean;
  readonly hide?: readonly string[];
}

/** `auxctl snapshot` */
export function addSnapshotCommand(program: Command, shell: Shell): Command {
  return onView(program.command("snapshot"))
    .summary("write all that can be seen to a file")
    .description(
      "Write all that can be seen of the buses to a file that only you can read: devices, drivers, links, attributes, " +
        "and why devices have no driver. Most commands show it elsewhere with --file.",
    )
    .argument("[file]", "where to; compressed if it ends in .gz; - is the standard output (auxbus-TIME.json.gz)")
    .option("-m, --mask", "replace host names, hardware and network addresses, serial numbers and GUIDs")
    .option("--hide <words>", "with --mask, replace these words, too; with commas", parseWords)
    .addHelpText(
      "after",
      help(
        ["auxctl snapshot", "auxctl snapshot --mask case.json.gz", "auxctl snapshot - | jq .snapshot.devices"],
        MORE,
      ),
    )
    .action(async (file: string | undefined, options: SnapshotOptions) => {
      const { takeSnapshot } = await import("./take.ts");
      await takeSnapshot(file, options, shell);
    });
}

function parseWords(words: string): readonly string[] {
  return words.split(",").filter((word) => word !== "");
}

const MORE = `
The same is masked by the same all over a file, so that what belongs together can be seen; two masked files cannot be
compared by what is masked. A file that is there already is masked by --file FILE --mask.

Exit codes:
  0    written
  1    it could not be written, or the host has refused it
  2    the command line is wrong, or no host is running
  130  ended by Ctrl-C (143: by SIGTERM); nothing was written`;
