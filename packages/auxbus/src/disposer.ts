import type { Done } from "./driver.ts";

/**
 * Undone by disposing of it, once. An instance of a class, so that it can be handed across the border of an isolated
 * driver, where a plain object would be copied: what a service's methods hand out to be taken back.
 */
export class Disposer implements Disposable {
  #undo: (() => void) | null;

  constructor(undo: () => void) {
    this.#undo = undo;
  }

  [Symbol.dispose](): void {
    const undo = this.#undo;
    this.#undo = null;
    undo?.();
  }
}

/** As `Disposer`; whoever disposes of it again waits for the same. */
export class AsyncDisposer implements AsyncDisposable {
  readonly #undo: () => Done;
  #done: Promise<void> | null = null;

  constructor(undo: () => Done) {
    this.#undo = undo;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return (this.#done ??= (async () => {
      await this.#undo();
    })());
  }
}
