import type { Device } from "./device.ts";
import { BusError, type Errno, errnoOf, toError } from "./errors.ts";

/** That something cannot be done now, or not any more, is no error of anybody. */
const EXPECTED: ReadonlySet<Errno> = new Set<Errno>(["EACCES", "EAGAIN", "EBUSY", "EINVAL"]);

/** Requests of a device's runtime PM that are carried out beside whatever goes on (the kernel's `pm_wq`). */
export class PmRequests {
  readonly #device: Device;
  #idleQueued = false;

  constructor(device: Device) {
    this.#device = device;
  }

  /** Does it soon. What fails unexpectedly is logged. */
  soon(fn: () => Promise<unknown>): void {
    const { core, name } = this.#device;
    core.work.schedule(() =>
      fn().then(
        () => undefined,
        (error: unknown) => {
          if (error instanceof BusError && EXPECTED.has(errnoOf(error))) return;
          core.log.error(`${name}: runtime PM: ${toError(error).message}`, { device: name, error });
        },
      ),
    );
  }

  /** Lets the device idle soon; once, however often that is asked for meanwhile. */
  idle(fn: () => Promise<unknown>): void {
    if (this.#idleQueued) return;
    this.#idleQueued = true;
    this.soon(() => {
      this.#idleQueued = false;
      return fn();
    });
  }
}
