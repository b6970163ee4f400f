import { isPending, type MaybePromise } from "./maybe-promise.ts";
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

/**
 * Waits for foreign code, but not beyond its deadline.
 *
 * @param ms 0: however long it takes
 * @param late what the wait is rejected with at the deadline
 * @param show gets the deadline while it counts, then null
 */
export function inTime<T>(
  runtime: Runtime,
  result: MaybePromise<T>,
  ms: number,
  late: () => Error,
  show?: (deadline: Deadline | null) => void,
): MaybePromise<T> {
  if (!isPending(result) || ms === 0) return result;
  return new Promise<T>((resolve, reject) => {
    const deadline = new Deadline(runtime, ms, () => {
      show?.(null);
      reject(late());
    });
    show?.(deadline);
    const settle = (): void => {
      deadline.cancel();
      show?.(null);
    };
    result.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}
