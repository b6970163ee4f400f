/** A lock for what a driver does in several steps (the kernel's mutex): first come, first served. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();
  #holders = 0;

  /** Somebody has it, or waits for it. */
  get locked(): boolean {
    return this.#holders > 0;
  }

  /** Waits for its turn, then runs `fn` alone. Called from inside `fn` it never ends. */
  async run<T>(fn: () => T | PromiseLike<T>): Promise<T> {
    this.#holders++;
    const before = this.#last;
    let done: (() => void) | undefined;
    this.#last = new Promise((resolve) => {
      done = resolve;
    });
    await before;
    try {
      return await fn();
    } finally {
      this.#holders--;
      done?.();
    }
  }

  /** Runs `fn` alone if nobody has the lock now (`mutex_trylock`). @returns whether it did */
  async tryRun(fn: () => void | PromiseLike<void>): Promise<boolean> {
    if (this.locked) return false;
    await this.run(fn);
    return true;
  }
}
