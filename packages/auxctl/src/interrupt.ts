import { ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";

const EXIT_CODES = { SIGINT: ExitCode.interrupted, SIGTERM: ExitCode.terminated } as const;

/** The first Ctrl-C asks for an orderly end, the second one ends at once. */
export class Interrupt {
  readonly promise: Promise<void>;
  readonly #subscription: Disposable;
  #signal: keyof typeof EXIT_CODES | null = null;

  constructor(io: Io, onFirst: () => void) {
    let happen = (): void => {};
    this.promise = new Promise((resolve) => {
      happen = resolve;
    });
    this.#subscription = io.onInterrupt((signal) => {
      if (this.#signal !== null) {
        io.exit(EXIT_CODES[signal]);
        return;
      }
      this.#signal = signal;
      onFirst();
      happen();
    });
  }

  get happened(): boolean {
    return this.#signal !== null;
  }

  /** What a program that was ended by it ends with; null: it has not happened. */
  get exitCode(): ExitCode | null {
    return this.#signal === null ? null : EXIT_CODES[this.#signal];
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }
}
