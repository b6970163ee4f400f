import type { Io } from "../io.ts";

const NOTHING: Disposable = { [Symbol.dispose]: () => {} };

/** A process in which nothing happens: for what only looks at the commands. */
export const SILENT: Io = {
  out: { write: () => {}, isTTY: false },
  err: { write: () => {}, isTTY: false },
  env: {},
  cwd: "/",
  readInput: () => Promise.resolve(""),
  onTypedLine: () => NOTHING,
  onInterrupt: () => NOTHING,
  onHangup: () => NOTHING,
  after: () => NOTHING,
  now: () => 0,
  keepAlive: () => NOTHING,
  exit: () => {},
};
