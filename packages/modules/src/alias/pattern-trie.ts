import { matchesFrom } from "./glob.ts";
import { StarTail, stands } from "./star-tail.ts";
import { TailGroup } from "./tail-group.ts";

/** More tails than this at one place are looked for together. */
const FEW = 4;

/** Finds the patterns that match a text without trying one after the other. Each has a number. */
export class PatternTrie {
  readonly #root = new Node("");
  readonly #tails = new Map<string, StarTail>();

  /** @param pattern as `globMatches` takes it */
  add(pattern: string, number: number): void {
    const first = pattern.search(/[*?[\\]/);
    const from = first === -1 ? pattern.length : first;
    const node = this.#root.extend(pattern.slice(0, from));
    const rest = pattern.slice(from);
    if (/[?[\\]/.test(rest)) {
      // Few: those with sets and single characters are tried one after the other.
      (node.others ??= []).push({ pattern, from, number });
      return;
    }
    let tail = this.#tails.get(rest);
    if (tail === undefined) {
      tail = new StarTail(rest);
      this.#tails.set(rest, tail);
    }
    node.addTail(tail, number, rest === "");
  }

  /** The numbers of all patterns that match, in no particular order. */
  search(text: string): readonly number[] {
    const numbers: number[] = [];
    let node = this.#root;
    let at = 0;
    for (;;) {
      node.search(text, at, numbers);
      const child = at < text.length ? node.children?.[text.charCodeAt(at)] : undefined;
      if (child === undefined || !stands(text, child.label, at)) return numbers;
      at += child.label.length;
      node = child;
    }
  }
}

/** A pattern that goes on with more than stars. */
interface Other {
  readonly pattern: string;
  readonly from: number;
  readonly number: number;
}

/** Literal text, and what can come after it. Most nodes have little of it, so nothing is made before it is needed. */
class Node {
  label: string;
  /** By the first character of their labels. */
  children: (Node | undefined)[] | null = null;
  others: Other[] | null = null;
  /** Patterns that end here. */
  #ends: number[] | null = null;
  #tails: { readonly tail: StarTail; readonly number: number }[] | null = null;
  #group: TailGroup | null = null;

  constructor(label: string) {
    this.label = label;
  }

  /** The node that stands for this one's text with `text` after it. */
  extend(text: string): Node {
    if (text === "") return this;
    const children = (this.children ??= []);
    const child = children[text.charCodeAt(0)];
    if (child === undefined) {
      const node = new Node(text);
      children[text.charCodeAt(0)] = node;
      return node;
    }
    const { label } = child;
    let common = 1;
    while (common < label.length && label[common] === text[common]) common++;
    if (common < label.length) child.#split(common);
    return child.extend(text.slice(common));
  }

  /** Cuts the label: what came after it comes after a new node. */
  #split(length: number): void {
    const rest = new Node(this.label.slice(length));
    rest.children = this.children;
    rest.others = this.others;
    rest.#ends = this.#ends;
    rest.#tails = this.#tails;
    rest.#group = this.#group;
    this.label = this.label.slice(0, length);
    this.children = [];
    this.children[rest.label.charCodeAt(0)] = rest;
    this.others = null;
    this.#ends = null;
    this.#tails = null;
    this.#group = null;
  }

  addTail(tail: StarTail, number: number, empty: boolean): void {
    if (empty) (this.#ends ??= []).push(number);
    else if (this.#group !== null) this.#group.add(tail, number);
    else {
      const tails = (this.#tails ??= []);
      tails.push({ tail, number });
      if (tails.length <= FEW) return;
      this.#group = new TailGroup();
      for (const each of tails) this.#group.add(each.tail, each.number);
      this.#tails = null;
    }
  }

  /** Adds the numbers of the patterns whose literal text ends here and that match. */
  search(text: string, at: number, numbers: number[]): void {
    if (this.#tails !== null) {
      for (const { tail, number } of this.#tails) if (tail.matches(text, at)) numbers.push(number);
    }
    this.#group?.search(text, at, numbers);
    if (this.others !== null) {
      for (const { pattern, from, number } of this.others) {
        if (matchesFrom(pattern, from, text, at)) numbers.push(number);
      }
    }
    if (this.#ends !== null && at === text.length) numbers.push(...this.#ends);
  }
}
