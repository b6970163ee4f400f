import type { Runtime, Timer } from "./runtime.ts";

/** How long an idle device is kept active, in case it is soon used again. */
export class Autosuspend {
  on = false;
  /** Milliseconds since the last use; a negative delay is for ever. */
  delay = 0;
  readonly #runtime: Runtime;
  readonly #expired: () => void;
  #lastBusy = 0;
  #timer: Timer | null = null;

  /** @param expired called when a delay that was waited for is over */
  constructor(runtime: Runtime, expired: () => void) {
    this.#runtime = runtime;
    this.#expired = expired;
  }

  /** The device is in use now: the delay begins anew. */
  markLastBusy(): void {
    this.#lastBusy = this.#runtime.now();
  }

  /** Whether the delay is not over yet; `expired` is then called when it is. */
  waits(): boolean {
    if (!this.on) return false;
    if (this.delay < 0) return true;
    const left = this.#lastBusy + this.delay - this.#runtime.now();
    if (left <= 0) return false;
    this.cancel();
    this.#timer = this.#runtime.setTimer(() => {
      this.#timer = null;
      this.#expired();
    }, left);
    return true;
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
