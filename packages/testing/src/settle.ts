/**
 * Resolves when every promise that can settle by itself has settled: after a turn of the event loop, which comes
 * only when no microtask is left. Takes no time on any clock that a test can see.
 */
export function promisesSettled(): Promise<void> {
  return new Promise((resolve) => {
    nextTurn(resolve);
  });
}

/** Browsers have no `setImmediate`, and let a timer wait longer than one turn. */
const nextTurn: (fn: () => void) => void =
  typeof setImmediate === "function" ? (fn) => void setImmediate(fn) : (fn) => void setTimeout(fn, 0);
