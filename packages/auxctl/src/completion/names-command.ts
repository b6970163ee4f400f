import { Argument, type Command } from "commander";
import { printable } from "../printable.ts";
import type { Shell } from "../shell.ts";
import type { complete as Complete } from "./complete.ts";
import { LIVE_NAMES, type LiveNames, liveNames } from "./live-names.ts";

/** `auxctl names`: for completion, which must not be disturbed by errors. */
export function addNamesCommand(program: Command, shell: Shell): Command {
  return program
    .command("names", { hidden: true })
    .summary("print names for completion")
    .addArgument(new Argument("<what>", "which names").choices([...LIVE_NAMES, "line", "lsaux"]))
    .argument("[line...]", "the words behind auxctl, or lsaux, the last being typed")
    .action(async (what: LiveNames | "line" | "lsaux", line: readonly string[]) => {
      if (what === "line") await completeWith((await import("./complete.ts")).complete, line, shell);
      else if (what === "lsaux") await completeWith((await import("./complete-lsaux.ts")).completeLsaux, line, shell);
      else shell.lines((await liveNames(what, line, shell).catch(() => [])).filter(isPlain));
    });
}

/** The first line says whether files are to be completed, too; then a word a line, and what it is about. */
async function completeWith(complete: typeof Complete, line: readonly string[], shell: Shell): Promise<void> {
  const { candidates, files } = await complete(line, shell);
  shell.lines([
    files ? "files" : "words",
    ...candidates
      .filter(({ word }) => isPlain(word))
      .map(({ word, about }) => (about === undefined ? word : `${word}\t${printable(about)}`)),
  ]);
}

/** Whether a shell could take it, and show it. */
function isPlain(word: string): boolean {
  return printable(word) === word;
}
