/**
 * Resolves when every promise that can settle by itself has settled: after a turn of the event loop, which comes
 * only when no microtask is left. Takes no time on any clock that a test can see.
 */
export function promisesSettled(): Promise<void> {
  return new Promise((resolve) => {
    nextTurn(resolve);
  });
}

/** The turn that is nearest: browsers have no `setImmediate`, and their `setTimeout` waits for 4 ms. */
const nextTurn: (fn: () => void) => void =
  typeof setImmediate === "function"
    ? (fn) => void setImmediate(fn)
    : (fn) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          port1.close();
          fn();
        };
        port2.postMessage(null);
      };
