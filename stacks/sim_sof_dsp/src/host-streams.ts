/** The host DMA streams of the DSP: a few, by tag, the lowest free one first. */
export class HostStreams {
  readonly #free: number[];

  constructor(count: number) {
    this.#free = Array.from({ length: count }, (_, i) => i + 1);
  }

  get free(): number {
    return this.#free.length;
  }

  /** A stream's tag; undefined when all are in use. */
  take(): number | undefined {
    return this.#free.shift();
  }

  giveBack(tag: number): void {
    const at = this.#free.findIndex((other) => other > tag);
    this.#free.splice(at === -1 ? this.#free.length : at, 0, tag);
  }
}
