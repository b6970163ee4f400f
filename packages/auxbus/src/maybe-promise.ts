/** What a callback may return that is either done or will be. */
export type MaybePromise<T> = T | PromiseLike<T>;

/** Whether a callback's result has to be waited for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** The promise of an operation that is done when its call returns. */
export const DONE: Promise<void> = Promise.resolve();

/** Goes on with `next` at once if `value` is there, else when it is. A synchronous chain costs no turn. */
export function after<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return isPending(value) ? value.then(next) : next(value);
}

/** Calls `fn`; what it throws, now or later, goes to `failed`. */
export function caught<T>(fn: () => MaybePromise<T>, failed: (error: unknown) => MaybePromise<T>): MaybePromise<T> {
  let result: MaybePromise<T>;
  try {
    result = fn();
  } catch (error) {
    return failed(error);
  }
  return isPending(result) ? result.then(undefined, failed) : result;
}

/** Calls `fn`, and `last` when it has ended, however it did. */
export function lastly<T>(fn: () => MaybePromise<T>, last: () => void): MaybePromise<T> {
  const result = caught(fn, (error) => {
    last();
    throw error;
  });
  return after(result, (value) => {
    last();
    return value;
  });
}

/** Calls `fn` for each item in turn, waiting for one before the next; stops when it answers `false`. */
export function eachInTurn<T>(items: Iterator<T>, fn: (item: T) => MaybePromise<boolean | void>): MaybePromise<void> {
  for (;;) {
    const item = items.next();
    if (item.done === true) return;
    const result = fn(item.value);
    if (isPending(result)) return result.then((go) => (go === false ? undefined : eachInTurn(items, fn)));
    if (result === false) return;
  }
}

/** The promise of a `MaybePromise` computed by `fn`; a throw becomes a rejection. */
export function promised<T>(fn: () => MaybePromise<T>): Promise<T> {
  try {
    return Promise.resolve(fn());
  } catch (error) {
    return Promise.reject(error);
  }
}

/** `isThenable` that keeps the type of what is promised. */
export function isPending<T>(value: MaybePromise<T>): value is PromiseLike<T> {
  return isThenable(value);
}
