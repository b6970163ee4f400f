import type { VerbInfo } from "@auxbus/control";

/** Verbs by their words: `devlink dev show` is `show` below `dev` below `devlink`. */
export class VerbTree {
  readonly children: Map<string, VerbTree> = new Map();
  /** The verb whose name ends here. */
  verb: VerbInfo | undefined;

  /** @param reserved first words that are something else */
  static of(verbs: readonly VerbInfo[], reserved: ReadonlySet<string>): VerbTree {
    const root = new VerbTree();
    for (const verb of verbs) {
      const words = verb.name.split(" ");
      if (reserved.has(words[0] ?? "")) continue;
      let node: VerbTree = root;
      for (const word of words) node = node.#child(word);
      node.verb = verb;
    }
    return root;
  }

  #child(word: string): VerbTree {
    let child = this.children.get(word);
    if (child === undefined) {
      child = new VerbTree();
      this.children.set(word, child);
    }
    return child;
  }
}
