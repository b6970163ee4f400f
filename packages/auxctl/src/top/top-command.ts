import type { Command } from "commander";
import { parseCount } from "../devices/monitor-command.ts";
import { help, onHost } from "../host/host-option.ts";
import type { CommonOptions, Shell } from "../shell.ts";

export interface TopOptions extends CommonOptions {
  readonly once?: boolean;
  readonly interval: number;
  readonly window: number;
}

/** `auxctl top` */
export function addTopCommand(program: Command, shell: Shell): Command {
  return onHost(program.command("top"))
    .summary("show how busy the host is")
    .description(
      "Show how many uevents, probes and operations there are, how long they take, and what has crashed; until Ctrl-C.",
    )
    .option("-1, --once", "show it once and leave")
    .option("-i, --interval <seconds>", "how often", parseCount, 1)
    .option("-w, --window <seconds>", "over how long", parseCount, 60)
    .addHelpText(
      "after",
      help(["auxctl top", "auxctl top --once --json", "auxctl top --json --interval 10"], TOP_CODES),
    )
    .action(async (options: TopOptions) => {
      const { top } = await import("./top.ts");
      await top(options, shell);
    });
}

const TOP_CODES = `
Exit codes:
  0  done, or ended by Ctrl-C
  1  the host has refused it, or has gone
  2  the command line is wrong, or no host is running`;
