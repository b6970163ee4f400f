import type { VerbInfo } from "@auxbus/control";
import type { BusControl } from "../control/bus-control.ts";
import { RemoteControl } from "../control/remote-control.ts";
import { theSocket } from "../control/socket-path.ts";
import { UsageError } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { socketIn } from "./find-verbs.ts";
import { VerbTree } from "./verb-tree.ts";
import { VerbWords } from "./verb-words.ts";

/** Milliseconds that completion waits for a bus: somebody sits in front of it. */
const PATIENCE = 2000;

/** What all commands of a bus take. */
const OPTIONS = ["--socket", "--json", "--help"];

/**
 * What the last word of a command line can become, as far as verbs of a running bus are concerned.
 *
 * @param line the words behind `auxctl`; the last is the one that is being typed
 * @param reserved first words that are commands of auxctl itself
 */
export async function completeLine(line: readonly string[], reserved: ReadonlySet<string>, io: Io): Promise<string[]> {
  const helping = line[0] === "help" && line.length > 1;
  const words = helping ? line.slice(1) : line;
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  // A path is being typed.
  if (before.at(-1) === "-s" || before.at(-1) === "--socket") return [];
  const bus = new RemoteControl(socketIn(before) ?? (await theSocket(io.env)), { timeout: PATIENCE });
  let node = VerbTree.of(await bus.verbs(), reserved);
  const said = withoutFrame(before);
  while (node.children.has(said[0] ?? "")) node = node.children.get(said.shift() ?? "") ?? node;
  const found = said.length === 0 ? [...node.children.keys()] : [];
  if (node.verb !== undefined && !helping) found.push(...(await nextOf(node.verb, said, typed, bus)));
  // What would disturb a terminal is not shown in one.
  return found.filter((word) => word.startsWith(typed) && !/\p{Cc}/u.test(word));
}

/** What can follow the words `said` behind the name of a verb. */
async function nextOf(verb: VerbInfo, said: readonly string[], typed: string, bus: BusControl): Promise<string[]> {
  const words = new VerbWords(verb);
  try {
    for (const word of said) say(words, word);
  } catch (error) {
    if (error instanceof UsageError) return [];
    throw error;
  }
  const valuesOf = (param: string): Promise<string[]> => bus.completeVerb(verb.name, param).catch(() => []);
  const { value, names, options } = words.expected();
  const [, option] = /^--([^=]+)=/.exec(typed) ?? [];
  if (option !== undefined) return (await valuesOf(option)).map((text) => `--${option}=${text}`);
  if (typed.startsWith("-") && options !== undefined) return [...options.map((name) => `--${name}`), ...OPTIONS];
  return [...(value === undefined ? [] : await valuesOf(value.name)), ...names];
}

function say(words: VerbWords, word: string): void {
  const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
  if (name === undefined) words.take(word);
  else words.option(name, value);
}

/** The words without the options that all commands take. */
function withoutFrame(words: readonly string[]): string[] {
  return words.filter((word, i) => {
    const before = words[i - 1];
    return before !== "-s" && before !== "--socket" && !/^(?:-s.*|--socket(?:=.*)?|--json|--)$/s.test(word);
  });
}
