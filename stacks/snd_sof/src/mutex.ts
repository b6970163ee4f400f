/** First come, first served. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Runs `fn` alone. */
  async run<T>(fn: () => Promise<T>): Promise<T> {
    const before = this.#last;
    let done: (() => void) | undefined;
    this.#last = new Promise((resolve) => {
      done = resolve;
    });
    await before;
    try {
      return await fn();
    } finally {
      done?.();
    }
  }
}
