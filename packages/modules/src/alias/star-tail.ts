/** The rest of a pattern from its first star on, when it has no other wildcards: `*sd*bc*sc*i*`. Most are alike. */
export class StarTail {
  /** The texts between stars. */
  readonly #parts: readonly string[];
  /** What the text must end with. */
  readonly #end: string;

  constructor(tail: string) {
    const parts = tail.split("*");
    this.#end = parts.at(-1) ?? "";
    this.#parts = parts.slice(0, -1).filter((part) => part !== "");
  }

  /** The texts between stars, and the one at the end. */
  get parts(): readonly string[] {
    return [...this.#parts, this.#end];
  }

  /** Whether the text matches from here on. The first place where each part stands is as good as any. */
  matches(text: string, from: number): boolean {
    let at = from;
    for (const part of this.#parts) {
      const found = indexOf(text, part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    const end = text.length - this.#end.length;
    return end >= at && stands(text, this.#end, end);
  }
}

/** `text.indexOf(part, from)`, which is made for long ways: here it is a few characters. */
export function indexOf(text: string, part: string, from: number): number {
  const first = part.charCodeAt(0);
  const last = text.length - part.length;
  for (let i = from; i <= last; i++) if (text.charCodeAt(i) === first && stands(text, part, i)) return i;
  return -1;
}

/** Whether the text goes on with `part`. */
export function stands(text: string, part: string, at: number): boolean {
  if (at + part.length > text.length) return false;
  for (let i = 0; i < part.length; i++) if (text.charCodeAt(at + i) !== part.charCodeAt(i)) return false;
  return true;
}
