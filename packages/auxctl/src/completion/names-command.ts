import { Argument, type Command } from "commander";
import type { Shell } from "../shell.ts";
import { LIVE_NAMES, type LiveNames, liveNames } from "./live-names.ts";

/** `auxctl names`: for completion, which must not be disturbed by errors. */
export function addNamesCommand(program: Command, shell: Shell): Command {
  return program
    .command("names", { hidden: true })
    .summary("print names for completion")
    .addArgument(new Argument("<what>", "which names").choices([...LIVE_NAMES, "line"]))
    .argument("[line...]", "the words behind auxctl, the last being typed")
    .action(async (what: LiveNames | "line", line: readonly string[]) => {
      if (what === "line") await completeLine(line, shell);
      else shell.lines(await liveNames(what, line, shell).catch(() => []));
    });
}

/** The first line says whether files are to be completed, too; then a word a line, and what it is about. */
async function completeLine(line: readonly string[], shell: Shell): Promise<void> {
  const { complete } = await import("./complete.ts");
  const { candidates, files } = await complete(line, shell);
  shell.lines([
    files ? "files" : "words",
    ...candidates.map(({ word, about }) => (about === undefined ? word : `${word}\t${about}`)),
  ]);
}
