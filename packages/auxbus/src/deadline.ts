import type { Runtime, Timer } from "./runtime.ts";

/** The time that foreign code has to finish or to show progress. */
export class Deadline {
  readonly #runtime: Runtime;
  readonly #ms: number;
  readonly #missed: () => void;
  #timer: Timer;

  constructor(runtime: Runtime, ms: number, missed: () => void) {
    this.#runtime = runtime;
    this.#ms = ms;
    this.#missed = missed;
    this.#timer = runtime.setTimer(missed, ms);
  }

  restart(): void {
    this.#timer.cancel();
    this.#timer = this.#runtime.setTimer(this.#missed, this.#ms);
  }

  cancel(): void {
    this.#timer.cancel();
  }
}
