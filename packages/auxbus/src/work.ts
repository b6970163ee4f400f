import type { Calls } from "./lock.ts";
import { isPending, type MaybePromise } from "./maybe-promise.ts";
import type { Runtime } from "./runtime.ts";

/** What runs beside the operations: deferred probes, asynchronous probes, runtime PM requests (the kernel's workqueues). */
export class WorkQueue {
  readonly #runtime: Runtime;
  readonly #calls: Calls;
  readonly #failed: (error: unknown) => void;
  #pending = 0;
  #waiters: (() => void)[] = [];

  constructor(runtime: Runtime, calls: Calls, failed: (error: unknown) => void) {
    this.#runtime = runtime;
    this.#calls = calls;
    this.#failed = failed;
  }

  /** How many pieces of work are queued or running. */
  get pending(): number {
    return this.#pending;
  }

  /** Runs `fn` soon, on nobody's behalf. Pieces of work run in parallel with one another. */
  schedule(fn: () => MaybePromise<void>): void {
    this.#pending++;
    this.#runtime.defer(() => {
      try {
        const result = this.#calls.run(null, fn);
        if (isPending(result))
          result.then(
            () => this.#done(),
            (error: unknown) => this.#done(error),
          );
        else this.#done();
      } catch (error) {
        this.#done(error);
      }
    });
  }

  #done(error?: unknown): void {
    if (error !== undefined) this.#failed(error);
    if (--this.#pending === 0) for (const waiter of this.#waiters.splice(0)) waiter();
  }

  /** Resolves when nothing is queued or running. */
  async idle(): Promise<void> {
    while (this.#pending > 0) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }
}
