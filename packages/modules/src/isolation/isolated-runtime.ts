import type { IsolableCore, Timer } from "auxbus";
import type { HostConfig } from "./protocol.ts";
import type { Session } from "./session.ts";

type IsolatedRuntime = IsolableCore["runtime"];

/** The platform's clock and timers, on the scale of the bus's clock. */
export function ownRuntime({ timeOrigin }: HostConfig): IsolatedRuntime {
  return {
    now: () => performance.timeOrigin - timeOrigin + performance.now(),
    setTimer(fn, ms) {
      const handle = setTimeout(fn, ms).unref();
      return { cancel: () => clearTimeout(handle) };
    },
    defer: (fn) => void setImmediate(fn),
  };
}

/** The clock and timers of the bus, which may be virtual: drivers keep time with it wherever they are. */
export class HostRuntime implements IsolatedRuntime {
  #now = 0;
  #control: Session | null = null;
  #last = 0;

  /** @param control where timers are set */
  connect(control: Session): void {
    this.#control = control;
  }

  /** The time that the bus has told. */
  tell(now: number): void {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimer(fn: () => void, ms: number): Timer {
    const id = ++this.#last;
    const control = this.#control;
    control?.tell("setTimer", id, fn, ms);
    return { cancel: () => control?.tell("cancelTimer", id) };
  }

  defer(fn: () => void): void {
    this.setTimer(fn, 0);
  }
}
