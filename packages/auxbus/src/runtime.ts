/** A timer that was set. */
export interface Timer {
  cancel(): void;
}

/** What callbacks run in, so that a call can be traced to the callback it was made from. Node's `AsyncLocalStorage` is one. */
export interface CallContext {
  run<T>(store: unknown, fn: () => T): T;
  getStore(): unknown;
}

/**
 * Time and scheduling, injected: the bus touches no global clock or timer. Replace it to get virtual time,
 * replay and exploration.
 */
export interface Runtime {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Calls `fn` in `ms` milliseconds. The timer must not keep a process alive by itself. */
  setTimer(fn: () => void, ms: number): Timer;
  /** Calls `fn` soon, after the present operation: what the kernel gives to a workqueue. */
  defer(fn: () => void): void;
  /**
   * Makes the detection of calls that would wait for their own callback (`EDEADLK`) exact across `await`.
   * Without it, only the part of a callback before its first `await` is known to the bus; a later call that
   * waits for its own callback ends by the callback's deadline. On Node: `new AsyncLocalStorage()`.
   */
  readonly context?: CallContext | undefined;
}

/** The runtime of an ordinary program: the platform's clock and timers. */
export const systemRuntime: Runtime = {
  now: () => performance.now(),
  setTimer(fn, ms) {
    const handle = setTimeout(fn, ms);
    if (typeof handle === "object" && handle !== null && "unref" in handle && typeof handle.unref === "function") {
      handle.unref();
    }
    return { cancel: () => clearTimeout(handle) };
  },
  defer: setImmediateOf(globalThis) ?? ((fn) => void setTimeout(fn, 0)),
};

/** The platform's `setImmediate` where there is one: `setTimeout` waits for a millisecond at least. */
function setImmediateOf(global: object): ((fn: () => void) => void) | undefined {
  if (!("setImmediate" in global) || typeof global.setImmediate !== "function") return undefined;
  const { setImmediate } = global;
  return (fn) => void Reflect.apply(setImmediate, global, [fn]);
}
