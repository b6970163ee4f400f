import type { Io } from "../io.ts";

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** The first Ctrl-C asks for an orderly end, the second one ends at once. */
export class Interrupt {
  readonly promise: Promise<void>;
  readonly #subscription: Disposable;
  #happened = false;

  constructor(io: Io, onFirst: () => void) {
    let happen = (): void => {};
    this.promise = new Promise((resolve) => {
      happen = resolve;
    });
    this.#subscription = io.onInterrupt((signal) => {
      if (this.#happened) {
        io.exit(EXIT_CODES[signal]);
        return;
      }
      this.#happened = true;
      onFirst();
      happen();
    });
  }

  get happened(): boolean {
    return this.#happened;
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }
}
