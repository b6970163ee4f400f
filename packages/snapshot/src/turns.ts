import { setImmediate } from "node:timers/promises";

/** Milliseconds that others may have to wait. */
const TURN = 100;

/**
 * Lets others have their turn now and then. A view of Linux answers without waiting for anything, so nothing else would
 * happen until all is read: no signal would be heard.
 */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  #last = -Infinity;
  #others: Promise<void> | undefined;

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** Between two steps. @throws what the signal was aborted with */
  async next(): Promise<void> {
    if (performance.now() - this.#last >= TURN) {
      // Whoever comes meanwhile waits as well, or there would be no end of it.
      this.#others ??= this.#pause();
      await this.#others;
    }
    this.#signal?.throwIfAborted();
  }

  async #pause(): Promise<void> {
    await setImmediate();
    this.#last = performance.now();
    this.#others = undefined;
  }
}
