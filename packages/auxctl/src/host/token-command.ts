import type { Command } from "commander";
import type { Shell } from "../shell.ts";
import { help } from "./host-option.ts";

export interface TokenOptions {
  readonly host?: string;
  readonly config?: string;
  readonly reader?: boolean;
  readonly json?: boolean;
}

/** `auxctl token` */
export function addTokenCommand(program: Command, shell: Shell): Command {
  return program
    .command("token")
    .summary("print the address of the console, with a token")
    .description("Print the address of the console of a host of yours, with the token that lets one in.")
    .option("-H, --host <name>", "name of the host (AUXBUS_HOST, or the one that runs, or main)")
    .option("-c, --config <file>", "the configuration of the host (auxbus.config.json or auxbus.config.ts here)")
    .option("-r, --reader", "the token of those who may only look")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      help(
        ["auxctl token", "AUXBUS_TOKEN=$(auxctl token --json | jq -r .token) auxctl ls -H http://127.0.0.1:7420"],
        CODES,
      ),
    )
    .action(async (options: TokenOptions) => {
      const { token } = await import("./token.ts");
      await token(options, shell);
    });
}

const CODES = `
Exit codes:
  0  printed
  2  the command line is wrong, or there is no token: the host has not been started yet`;
