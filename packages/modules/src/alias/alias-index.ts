import { hasWildcards, normalizeAlias } from "./glob.ts";
import { PatternTrie } from "./pattern-trie.ts";

/** One line of a `modules.alias`. */
export interface AliasEntry {
  readonly alias: string;
  readonly module: string;
}

const NONE: readonly string[] = Object.freeze([]);

/** Which modules a modalias names (what depmod writes into `modules.alias.bin`). */
export class AliasIndex {
  readonly #modules: string[] = [];
  /** Aliases without wildcards, with the numbers of their entries; null when there is more to it than the answer. */
  readonly #exact = new Map<string, number[]>();
  readonly #patterns = new PatternTrie();

  private constructor(entries: Iterable<AliasEntry>) {
    for (const { alias, module } of entries) {
      const number = this.#modules.push(module) - 1;
      const normal = normalizeAlias(alias);
      if (hasWildcards(normal)) this.#patterns.add(normal, number);
      else {
        const numbers = this.#exact.get(normal);
        if (numbers === undefined) this.#exact.set(normal, [number]);
        else numbers.push(number);
      }
    }
  }

  static of(entries: Iterable<AliasEntry>): AliasIndex {
    return new AliasIndex(entries);
  }

  get size(): number {
    return this.#modules.length;
  }

  /** The modules of all aliases that match, each once, in the order of the entries. */
  lookup(modalias: string): readonly string[] {
    const text = normalizeAlias(modalias);
    const exact = this.#exact.get(text);
    const matching = this.#patterns.search(text);
    const numbers = exact === undefined ? matching : [...exact, ...matching];
    const first = numbers[0];
    if (first === undefined) return NONE;
    if (numbers.length === 1) return [this.#modules[first] ?? ""];
    return [...new Set(numbers.toSorted((a, b) => a - b).map((number) => this.#modules[number] ?? ""))];
  }
}
