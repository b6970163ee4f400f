import type { DriverCore, Timer } from "auxbus";

/** Ends a driver host that is silent for too long in a callback. */
export class Watch {
  readonly #core: DriverCore;
  readonly #running = new Set<() => void>();

  constructor(core: DriverCore) {
    this.#core = core;
  }

  /** The driver gets on: every callback that is being waited for has its full time again. */
  progress(): void {
    for (const restart of this.#running) restart();
  }

  /**
   * Waits for a callback.
   *
   * @param ms 0: however long it takes
   * @param silent called when nothing was heard for so long; makes the callback's promise settle
   */
  async during<T>(callback: Promise<T>, ms: number, silent: () => void): Promise<T> {
    if (ms === 0) return callback;
    let timer: Timer = this.#core.runtime.setTimer(silent, ms);
    const restart = (): void => {
      timer.cancel();
      timer = this.#core.runtime.setTimer(silent, ms);
    };
    this.#running.add(restart);
    try {
      return await callback;
    } finally {
      this.#running.delete(restart);
      timer.cancel();
    }
  }
}
