import { indexOf, stands, type StarTail } from "./star-tail.ts";

/** Many tails that begin at the same place, by what comes after their first star. Each has a number. */
export class TailGroup {
  readonly #first = new Star();
  #searches = 0;

  add(tail: StarTail, number: number): void {
    const parts = tail.parts;
    const end = parts.at(-1) ?? "";
    let star = this.#first;
    for (const part of parts.slice(0, -1)) star = star.after(part);
    star.add(end, number);
  }

  /** Adds the numbers of the tails that match from here on. */
  search(text: string, from: number, numbers: number[]): void {
    this.#first.search(text, from, numbers, ++this.#searches);
  }
}

/** A star in a group, and what can come after it. */
class Star {
  readonly #next: Next[] = [];
  /** Tails that end here: with this text, or (empty) with the star. */
  readonly #ends: { readonly text: string; readonly number: number }[] = [];
  /** The search that was here last: it came from the earliest place, so it has found everything. */
  #visited = 0;

  after(part: string): Star {
    const head = part.slice(0, 2);
    let next = this.#next.find((group) => group.head === head);
    if (next === undefined) {
      next = new Next(head);
      this.#next.push(next);
    }
    return next.star(part);
  }

  add(text: string, number: number): void {
    this.#ends.push({ text, number });
  }

  search(text: string, from: number, numbers: number[], search: number): void {
    if (this.#visited === search) return;
    this.#visited = search;
    for (const { text: end, number } of this.#ends) {
      const at = text.length - end.length;
      if (at >= from && stands(text, end, at)) numbers.push(number);
    }
    for (const next of this.#next) next.search(text, from, numbers, search);
  }
}

/** Parts that begin alike, which is looked for once, and the stars after them. */
class Next {
  readonly head: string;
  /** What comes after the head, when no part is longer. */
  #only: Star | null = null;
  readonly #byLength: { readonly length: number; readonly stars: Map<string, Star> }[] = [];

  constructor(head: string) {
    this.head = head;
  }

  star(part: string): Star {
    const { length } = part;
    let group = this.#byLength.find((each) => each.length === length);
    if (group === undefined) {
      group = { length, stars: new Map() };
      this.#byLength.push(group);
    }
    const star = group.stars.get(part) ?? new Star();
    group.stars.set(part, star);
    this.#only = part === this.head && this.#byLength.length === 1 ? star : null;
    return star;
  }

  search(text: string, from: number, numbers: number[], search: number): void {
    const { head } = this;
    for (let i = indexOf(text, head, from); i !== -1; i = indexOf(text, head, i + 1)) {
      // Nothing but the head comes next: the first place where it stands is as good as any.
      if (this.#only !== null) {
        this.#only.search(text, i + head.length, numbers, search);
        return;
      }
      for (const { length, stars } of this.#byLength) {
        const end = i + length;
        if (end <= text.length) stars.get(text.slice(i, end))?.search(text, end, numbers, search);
      }
    }
  }
}
