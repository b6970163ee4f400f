/** How messages get to the other side: a message port, or the pipe to a process. */
export interface Channel {
  /** @param transfer handed over instead of copied, where that is possible */
  post(message: unknown, transfer: readonly ArrayBuffer[]): void;
  /** Hears every message, in the order in which they were posted. */
  receive(fn: (message: unknown) => void): void;
}
