import type { Io } from "../io.ts";

/** Says on the terminal how far something is, in one line that goes away. */
export class Progress {
  readonly #io: Io;
  readonly #what: string;
  #said = "";

  constructor(io: Io, what: string) {
    this.#io = io;
    this.#what = what;
  }

  at(done: number, all: number): void {
    const now = `${Math.floor((done / all) * 100)} % of ${all} ${this.#what}`;
    // A terminal is slower than this.
    if (!this.#io.err.isTTY || now === this.#said) return;
    this.#io.err.write(`\r${now}\u001B[K`);
    this.#said = now;
  }

  end(): void {
    if (this.#said !== "") this.#io.err.write("\r\u001B[K");
    this.#said = "";
  }
}
