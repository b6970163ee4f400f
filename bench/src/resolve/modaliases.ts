import type { AliasEntry } from "@auxbus/modules";

/** Numbers that are the same in each run. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** @returns from 0 to below 1 */
  next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new Error("there is nothing to pick from");
    return item;
  }
}

/** What a device could be called whose modalias matches the pattern. */
export function concrete(pattern: string, dice: Dice): string {
  const text = pattern
    .replaceAll(/\[([^\]])[^\]]*\]/g, "$1")
    .replaceAll("*", () => dice.pick(["", "00", "0000AB12"]))
    .replaceAll("?", "x");
  // One string in one piece, as programs that read it have it, not parts of others.
  return Buffer.from(text).toString("latin1");
}

/** The bus that an alias is of. */
export function familyOf(alias: string): string {
  return alias.includes(":") ? alias.slice(0, alias.indexOf(":")) : "";
}

/** Modaliases of every bus, `each` of one at most; some that match nothing, and some that match several modules. */
export function samples(entries: readonly AliasEntry[], each: number): string[] {
  const dice = new Dice(7);
  const families = new Map<string, string[]>();
  for (const { alias } of entries) {
    const family = familyOf(alias);
    // Names of modules, which are looked up as such first, are no modaliases.
    if (family === "") continue;
    families.set(family, [...(families.get(family) ?? []), alias]);
  }
  const texts = [...families.values()].flatMap((aliases) =>
    Array.from({ length: Math.min(each, aliases.length) }, () => concrete(dice.pick(aliases), dice)),
  );
  return [
    ...new Set([
      ...texts,
      "pci:v00008086d00001572sv00008086sd00000001bc02sc00i00",
      "usb:v0BDAp8153d3100dc00dsc00dp00ic02isc06ip00in00",
      "pci:v0000FFFFd0000FFFFsv00000000sd00000000bc01sc08i02",
      "auxiliary:nobody.nothing",
      "auxiliary:mlx5_core.eth-rep",
      "nothing:at.all",
      "pci:",
      "usb:v",
    ]),
  ];
}
