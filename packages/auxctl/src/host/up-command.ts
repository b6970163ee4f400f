import type { Command } from "commander";
import type { Shell } from "../shell.ts";

export interface UpOptions {
  readonly config?: string;
  readonly once?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** `auxctl up` */
export function addUpCommand(program: Command, shell: Shell): Command {
  return program
    .command("up")
    .summary("run a host that keeps its settings and its journal")
    .description(
      "Run a host in the foreground, as its configuration says, until Ctrl-C, SIGTERM or auxctl down. It keeps what " +
        "operators set and what has happened. SIGHUP and auxctl reload read the configuration again.",
    )
    .option("-c, --config <file>", "the configuration (auxbus.config.json or auxbus.config.ts here, if there is one)")
    .option("-1, --once", "print the tree when all is loaded, then shut down and leave")
    .option("--json", "print one JSON object a line")
    .option("-v, --verbose", "show the tree, uevents, modules, and all of the bus's log")
    .addHelpText("after", HELP)
    .action(async (options: UpOptions) => {
      const { up } = await import("./up.ts");
      await up(options, shell);
    });
}

const HELP = `
Under systemd (Type=notify) it says when it is ready, reloads and stops, and feeds the watchdog.

Examples:
  auxctl up
  auxctl up --config /etc/auxbus/lab.config.json
  auxctl up --once --json

JSON records are those of auxctl run, and:
  {"type":"host","name","socket","url","state","pid"}   it listens; url is null without a port

Exit codes:
  0    ended in order
  1    the host could not start; with --once, also: a module was not loaded
  2    the command line is wrong, or something else listens where it should
  130  ended at once by a second Ctrl-C (143: by SIGTERM)`;
