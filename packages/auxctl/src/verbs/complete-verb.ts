import type { VerbInfo } from "@auxbus/control";
import type { HostClient } from "@auxbus/host/client";
import { OWN_WORDS } from "../command-list.ts";
import { UsageError } from "../exit-code.ts";
import { isHostFlag } from "../host/view-in.ts";
import { VerbTree } from "./verb-tree.ts";
import { VerbWords } from "./verb-words.ts";

/** What all commands of a host take. */
const OPTIONS = ["--host", "--json", "--help"];

/**
 * What the last word of a command line can become, as far as verbs of a running host are concerned.
 *
 * @param line the words behind `auxctl`, without `help`; the last is the one that is being typed
 * @param helping only words that lead to verbs
 */
export async function completeVerb(line: readonly string[], helping: boolean, client: HostClient): Promise<string[]> {
  const typed = line.at(-1) ?? "";
  const before = line.slice(0, -1);
  const { verbs } = await client.get("/v1/verbs");
  let node = VerbTree.of(verbs, OWN_WORDS);
  const said = withoutFrame(before);
  while (node.children.has(said[0] ?? "")) node = node.children.get(said.shift() ?? "") ?? node;
  const found = said.length === 0 ? [...node.children.keys()] : [];
  if (node.verb !== undefined && !helping) found.push(...(await nextOf(node.verb, said, typed, client)));
  // What would disturb a terminal is not shown in one.
  return found.filter((word) => word.startsWith(typed) && !/\p{Cc}/u.test(word));
}

/** What can follow the words `said` behind the name of a verb. */
async function nextOf(verb: VerbInfo, said: readonly string[], typed: string, client: HostClient): Promise<string[]> {
  const words = new VerbWords(verb);
  try {
    for (const word of said) say(words, word);
  } catch (error) {
    if (error instanceof UsageError) return [];
    throw error;
  }
  const valuesOf = async (param: string): Promise<readonly string[]> => {
    const query = { name: verb.name, param };
    const answer = await client.get("/v1/verbs/complete", { query }).catch(() => undefined);
    return answer?.values ?? [];
  };
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
    if (isHostFlag(words[i - 1])) return false;
    return !isHostFlag(word) && !/^(?:-[Hs].*|--(?:host|socket)=.*|--json|--)$/s.test(word);
  });
}
