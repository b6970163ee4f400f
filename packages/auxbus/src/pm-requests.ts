import type { Device } from "./device.ts";
import { after, caught, type MaybePromise } from "./maybe-promise.ts";
import { BusError, type Errno, errnoOf, toError } from "./errors.ts";

/** That something cannot be done now, or not any more, is no error of anybody. */
const EXPECTED: ReadonlySet<Errno> = new Set<Errno>(["EACCES", "EAGAIN", "EBUSY", "EINVAL"]);

/** Requests of a device's runtime PM that are carried out beside whatever goes on (the kernel's `pm_wq`). */
export class PmRequests {
  readonly #device: Device;
  /** What the device is to do when it is idle's turn; null: that was taken back. */
  #idle: (() => MaybePromise<unknown>) | null = null;
  /** The turn that is waited for; null: none. */
  #turn: object | null = null;

  constructor(device: Device) {
    this.#device = device;
  }

  /** Does it soon. What fails unexpectedly is logged. */
  soon(fn: () => MaybePromise<unknown>): void {
    const { core, name } = this.#device;
    core.work.schedule(() => {
      const done = caught(fn, (error) => {
        if (error instanceof BusError && EXPECTED.has(errnoOf(error))) return;
        core.log.error(`${name}: runtime PM: ${toError(error).message}`, { device: name, error });
      });
      return after(done, () => undefined);
    });
  }

  /** Lets the device idle soon; once, however often that is asked for meanwhile. */
  idle(fn: () => MaybePromise<unknown>): void {
    this.#idle = fn;
    if (this.#turn !== null) return;
    const turn = {};
    this.#turn = turn;
    this.soon(() => {
      if (this.#turn !== turn) return undefined;
      this.#turn = null;
      return this.#idle?.();
    });
  }

  /** It need not idle: it was resumed or suspended meanwhile. Who asks again keeps the turn. */
  cancelIdle(): void {
    this.#idle = null;
  }

  /** As `cancelIdle`; who asks again has to wait for a turn of its own (`pm_runtime_barrier`). */
  barrier(): void {
    this.#idle = null;
    this.#turn = null;
  }
}
