import { globMatches, hasWildcards, normalizeAlias } from "./glob.ts";

/** One line of a `modules.alias`. */
export interface AliasEntry {
  readonly alias: string;
  readonly module: string;
}

/** Which modules a modalias names. */
export class AliasIndex {
  readonly #exact = new Map<string, string[]>();
  readonly #patterns: AliasEntry[] = [];

  static of(entries: Iterable<AliasEntry>): AliasIndex {
    const index = new AliasIndex();
    for (const { alias, module } of entries) {
      const normal = normalizeAlias(alias);
      if (hasWildcards(normal)) index.#patterns.push({ alias: normal, module });
      else {
        const modules = index.#exact.get(normal) ?? [];
        index.#exact.set(normal, [...modules, module]);
      }
    }
    return index;
  }

  lookup(modalias: string): readonly string[] {
    const text = normalizeAlias(modalias);
    const found = new Set(this.#exact.get(text));
    for (const { alias, module } of this.#patterns) if (globMatches(alias, text)) found.add(module);
    return [...found];
  }
}
