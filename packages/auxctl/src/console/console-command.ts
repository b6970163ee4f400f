import { type Command, InvalidArgumentError } from "commander";
import { help, onView } from "../host/host-option.ts";
import type { CommonOptions, Shell } from "../shell.ts";

export interface ConsoleOptions extends CommonOptions {
  readonly port?: number;
  readonly reader?: boolean;
}

/** `auxctl console` */
export function addConsoleCommand(program: Command, shell: Shell): Command {
  return onView(program.command("console"))
    .summary("show buses in a browser, also those of a snapshot")
    .description(
      "Serve the web console over a snapshot file or other buses, on this machine alone, until Ctrl-C; and print its " +
        "address with the token that lets one in. A host has a console of its own, which shows more: auxctl token.",
    )
    .option("-p, --port <port>", "the port (any that is free)", parsePort)
    .option("-r, --reader", "let people only look")
    .addHelpText("after", help(["auxctl console --file case.json.gz", "auxctl --file case.json.gz console"], CODES))
    .action(async (options: ConsoleOptions) => {
      const { serveConsole } = await import("./serve.ts");
      await serveConsole(options, shell);
    });
}

/** @throws {InvalidArgumentError} */
function parsePort(word: string): number {
  if (/^\d{1,5}$/.test(word) && Number(word) <= 65_535) return Number(word);
  throw new InvalidArgumentError("It is a number from 0 to 65535.");
}

const CODES = `
Exit codes:
  0  ended by Ctrl-C or SIGTERM
  1  the file cannot be read, or the host has refused it
  2  the command line is wrong, no host is running, or something else listens on the port`;
