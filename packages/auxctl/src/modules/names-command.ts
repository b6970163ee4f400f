import { Argument, type Command } from "commander";
import { LIVE_NAMES, type LiveNames } from "../completion/completed-command.ts";
import type { Io } from "../io.ts";
import { completeLine } from "../verbs/complete-line.ts";
import { ownWords } from "../verbs/verb-commands.ts";
import { busOf } from "./command-frame.ts";
import { depmod } from "./installed.ts";

/** `auxctl names`: for completion, which must not be disturbed by errors. */
export function addNamesCommand(program: Command, io: Io): void {
  program
    .command("names", { hidden: true })
    .summary("print names for completion")
    .addArgument(new Argument("<what>", "which names").choices(LIVE_NAMES))
    .argument("[line...]", "for verbs: the words behind auxctl, the last being typed")
    .action(async (what: LiveNames, line: readonly string[]) => {
      const names = await list(what, line, program, io).catch(() => []);
      if (names.length > 0) io.out.write(`${names.join("\n")}\n`);
    });
}

async function list(what: LiveNames, line: readonly string[], program: Command, io: Io): Promise<string[]> {
  switch (what) {
    case "installed":
      return [...(await depmod(io)).modules.keys()];
    case "loaded":
      return (await (await busOf({}, io)).lsmod()).map(({ name }) => name);
    case "parked":
      return (await (await busOf({}, io)).parked()).map(({ device }) => device);
    case "verbs":
      return completeLine(line, ownWords(program), io);
  }
}
