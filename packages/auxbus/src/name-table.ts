/** How many names of what has gone are kept, of those that have come back before and of the others each. */
const KEPT = 1024;

/**
 * Things by name, at the same cost however often a name comes and goes.
 *
 * A `Map` keeps the entries that are deleted in its chains until it is full of them: one name that is added and
 * deleted over and over beside 10,000 others then has thousands of its own to step over each time. Here the entry of a
 * name that has gone stays for a while, empty, and of a name that comes back it stays for good.
 */
export class NameTable<T extends object> {
  readonly #entries = new Map<string, T | undefined>();
  /** The names that have gone lately. */
  #gone: string[] = [];
  /** The names that have come back. */
  readonly #recurring = new Set<string>();
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  get(name: string): T | undefined {
    return this.#entries.get(name);
  }

  /** @param name one that nothing has */
  set(name: string, thing: T): void {
    const entries = this.#entries.size;
    this.#entries.set(name, thing);
    this.#size++;
    if (this.#entries.size === entries) this.#recurring.add(name);
  }

  /** @param name one that something has */
  delete(name: string): void {
    this.#entries.set(name, undefined);
    this.#size--;
    if (this.#recurring.size > 0 && this.#recurring.has(name)) return;
    if (this.#gone.push(name) === KEPT) this.#dropGone();
  }

  #dropGone(): void {
    const gone = this.#gone;
    this.#gone = [];
    for (const name of gone) if (!this.#recurring.has(name)) this.#entries.delete(name);
    if (this.#recurring.size <= KEPT) return;
    for (const name of this.#recurring) if (this.#entries.get(name) === undefined) this.#entries.delete(name);
    this.#recurring.clear();
  }
}
