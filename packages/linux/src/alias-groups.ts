import { AliasIndex, parseModulesAlias } from "@auxbus/modules/alias";

/**
 * The aliases of a kernel's modules: tens of thousands, of which those of a bus or two are asked for. So they are parted
 * by how they begin, and only what is asked for is read closely.
 */
export class AliasGroups {
  /** Lines by what stands before the first colon or wildcard. */
  readonly #lines = new Map<string, string[]>();
  readonly #indexes = new Map<string, AliasIndex>();

  /** @param text as depmod writes it into `modules.alias` */
  constructor(text: string) {
    for (const line of text.split("\n")) {
      if (!line.startsWith("alias ")) continue;
      const begin = line.slice("alias ".length).split(/[\s:*?[\\]/, 1)[0] ?? "";
      const group = begin.replaceAll("-", "_");
      const others = this.#lines.get(group);
      if (others === undefined) this.#lines.set(group, [line]);
      else others.push(line);
    }
  }

  /** The modules of all aliases that match, each once. */
  lookup(alias: string): readonly string[] {
    const text = alias.replaceAll("-", "_");
    const found = new Set<string>();
    for (const group of this.#lines.keys()) {
      // A wildcard may stand for more of the beginning: acpi*:PNP0C0A:*
      if (!text.startsWith(group)) continue;
      for (const module of this.#index(group).lookup(alias)) found.add(module);
    }
    return [...found];
  }

  /** Those that begin with the name of a bus, as they are written. */
  of(bus: string): readonly { readonly alias: string; readonly module: string }[] {
    const lines = this.#lines.get(bus.replaceAll("-", "_")) ?? [];
    return parseModulesAlias(lines.join("\n")).filter(({ alias }) => alias.startsWith(`${bus}:`));
  }

  #index(group: string): AliasIndex {
    let index = this.#indexes.get(group);
    if (index === undefined) {
      index = AliasIndex.of(parseModulesAlias((this.#lines.get(group) ?? []).join("\n")));
      this.#indexes.set(group, index);
    }
    return index;
  }
}
