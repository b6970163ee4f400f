import { BusError, toError } from "./errors.ts";
import { isPending, type MaybePromise } from "./maybe-promise.ts";

type Action = () => unknown;

/**
 * Managed resources (the kernel's devres), in the shape of TC39's `AsyncDisposableStack`: whatever a probe
 * acquires it hands over here, and it is released in reverse order after `remove`, or after a probe that failed.
 *
 * Whoever adds to a stack that was released already (a probe that went on after its deadline) has it released
 * at once and gets `ENODEV`, so that nothing is left behind.
 */
export class DeviceResources {
  readonly #owner: string;
  #actions: Action[] = [];
  #disposed = false;

  /** @param owner whose they are, for messages */
  constructor(owner: string) {
    this.#owner = owner;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** How many releases are due. */
  get size(): number {
    return this.#actions.length;
  }

  /** Releases `value` by its own `Symbol.asyncDispose` or `Symbol.dispose`. */
  use<T extends Disposable | AsyncDisposable | null | undefined>(value: T): T {
    if (value === null || value === undefined) return value;
    if (Symbol.asyncDispose in value) this.#push(() => value[Symbol.asyncDispose]());
    else if (Symbol.dispose in value) this.#push(() => value[Symbol.dispose]());
    else throw new TypeError(`a resource of ${this.#owner} has neither Symbol.asyncDispose nor Symbol.dispose`);
    return value;
  }

  /** Releases `value` by calling `onDispose` with it. */
  adopt<T>(value: T, onDispose: (value: T) => void | PromiseLike<void>): T {
    this.#push(() => onDispose(value));
    return value;
  }

  /** Calls `fn` on release (the kernel's `devm_add_action_or_reset`). */
  defer(fn: () => void | PromiseLike<void>): void {
    this.#push(fn);
  }

  #push(action: Action): void {
    if (!this.#disposed) {
      this.#actions.push(action);
      return;
    }
    const late = new BusError(
      "ENODEV",
      `${this.#owner} has released its resources already; what came too late was released at once`,
      { device: this.#owner },
    );
    const result = action();
    // The caller gets ENODEV; a release that fails on top of it must not end the process.
    if (isPending(result)) result.then(undefined, () => undefined);
    throw late;
  }

  /**
   * Releases everything, last in first out, each waited for before the next. All are released even when some
   * fail or never end. Called by whoever runs the driver: the bus, or what isolates it.
   *
   * @param within puts a deadline on a release
   * @param failed hears of each that fails
   */
  release(
    within: (result: PromiseLike<unknown>) => MaybePromise<unknown>,
    failed: (error: Error) => void,
  ): MaybePromise<void> {
    this.#disposed = true;
    for (;;) {
      const action = this.#actions.pop();
      if (action === undefined) return undefined;
      try {
        const result = action();
        if (!isPending(result)) continue;
        return Promise.resolve(within(result))
          .then(undefined, (error: unknown) => failed(toError(error)))
          .then(() => this.release(within, failed));
      } catch (error) {
        failed(toError(error));
      }
    }
  }
}
