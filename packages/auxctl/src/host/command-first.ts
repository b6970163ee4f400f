import { OWN_WORDS } from "../command-list.ts";

/** Options that say where to look, by all that they are called; those here have a value. */
const WITH_VALUE: Readonly<Record<string, string>> = {
  "--file": "--file",
  "--host": "--host",
  "-H": "--host",
  "--socket": "--socket",
  "-s": "--socket",
  "--root": "--root",
  "--bus": "--bus",
  "-b": "--bus",
};
const WITHOUT_VALUE = new Set(["--json", "--linux", "-L", "--dry-run", "-n", "--force"]);

/** The command line with its command first: `auxctl --file x tree` is `auxctl tree --file x`. */
export function commandFirst(args: readonly string[]): readonly string[] {
  const { at } = leading(args);
  const command = args[at];
  // Verbs of modules and what is unknown are left to those who know them.
  if (at === 0 || command === undefined || !OWN_WORDS.has(command) || command === "help") return args;
  return [command, ...args.slice(0, at), ...args.slice(at + 1)];
}

/** The option before the command that has no value yet. */
export function awaitedOption(args: readonly string[]): string | undefined {
  return leading(args).awaited;
}

/** How far the options go that come before the command. */
function leading(args: readonly string[]): { readonly at: number; readonly awaited?: string } {
  let at = 0;
  for (;;) {
    const word = args[at] ?? "";
    const awaited = WITH_VALUE[word];
    if (awaited !== undefined && at + 1 === args.length) return { at: args.length, awaited };
    if (awaited !== undefined) at += 2;
    else if (WITHOUT_VALUE.has(word) || WITH_VALUE[/^(--[^=]+)=/.exec(word)?.[1] ?? ""] !== undefined) at++;
    else return { at };
  }
}
