import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import type { Session } from "./session.ts";

/** Runs something as if in the callback that the trace was taken in. */
export type CallTrace = (fn: () => void) => void;

/**
 * Carries over a border in which callback a call is made, so that a call that would wait for its own callback
 * (`EDEADLK`) is found although the callback runs elsewhere.
 */
export class CallTracing {
  readonly #serving = new AsyncLocalStorage<{ readonly session: Session; readonly call: number }>();

  /** The call of this session that is being served where the caller is. */
  current(session: Session): number | undefined {
    const serving = this.#serving.getStore();
    return serving?.session === session ? serving.call : undefined;
  }

  /** Remembers where a call is made from. */
  begin(): CallTrace {
    const resource = new AsyncResource("auxbus.call");
    return (fn) => resource.runInAsyncScope(fn);
  }

  serve(session: Session, call: number, fn: () => void): void {
    this.#serving.run({ session, call }, fn);
  }
}
