/** A line on a terminal that is written again and again; in a pipe, nothing. */
export class Progress {
  readonly #out: NodeJS.WriteStream;
  #shown = false;

  constructor(out: NodeJS.WriteStream = process.stderr) {
    this.#out = out;
  }

  show(text: string): void {
    if (!this.#out.isTTY) return;
    this.#out.write(`\r\u001B[K${text}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.#out.write("\r\u001B[K");
    this.#shown = false;
  }
}
