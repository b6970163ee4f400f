import type { Cqe } from "./queue-entries.ts";

/** A completion queue of fixed depth. What does not fit is lost, and its owner told. */
export class CompletionQueue {
  readonly cqn: number;
  readonly depth: number;
  readonly #notify: (event: "completion" | "overrun") => void;
  #entries: Cqe[] = [];
  #armed = false;
  #overrun = false;

  constructor(cqn: number, depth: number, notify: (event: "completion" | "overrun") => void) {
    this.cqn = cqn;
    this.depth = depth;
    this.#notify = notify;
  }

  /** The next completion is told; at once, when one is there already. */
  arm(): void {
    this.#armed = true;
    if (this.#entries.length > 0) this.#fire();
  }

  push(entry: Cqe): void {
    if (this.#entries.length >= this.depth) {
      if (!this.#overrun) this.#notify("overrun");
      this.#overrun = true;
      return;
    }
    this.#entries.push(entry);
    if (this.#armed) this.#fire();
  }

  #fire(): void {
    this.#armed = false;
    this.#notify("completion");
  }

  /** Takes at most `most` entries out, the oldest first. */
  poll(most: number): Cqe[] {
    return this.#entries.splice(0, most);
  }
}
