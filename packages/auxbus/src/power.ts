import type { DriverCore } from "./core.ts";
import type { Device } from "./device.ts";
import type { DriverPmOps } from "./driver.ts";
import { BusError, toError } from "./errors.ts";
import { withLock } from "./lock.ts";
import type { RuntimePm } from "./runtime-pm.ts";

/** A device that is kept as it is until the system is awake again. */
interface Prepared {
  readonly device: Device;
  /** What was counted up. A device may begin to use runtime PM only in its driver's suspend. */
  readonly runtimePm: RuntimePm | null;
}

/**
 * System sleep: devices are prepared and resumed in the order in which they were added (a device that was probed
 * late stands where it was probed), suspended and completed backwards, each before its parents and suppliers.
 * Nothing is probed meanwhile.
 */
export class SystemPower {
  readonly #core: DriverCore;
  #suspended: readonly Prepared[] | null = null;
  #busy = false;

  /** @internal */
  constructor(core: DriverCore) {
    this.#core = core;
  }

  get suspended(): boolean {
    return this.#suspended !== null;
  }

  /**
   * Prepares and suspends every device. The first failure ends it: what was suspended is resumed, the failing
   * device excepted, and its error is thrown.
   *
   * @throws {BusError} `EBUSY` a transition is going on, or the system is suspended; else the callback's error
   */
  async suspend(): Promise<void> {
    this.#enter("suspend", this.#suspended === null);
    const { deferred, work } = this.#core;
    try {
      await work.idle();
      deferred.block();
      const devices = this.#core.inPowerOrder();
      const prepared: Prepared[] = [];
      const suspended: Device[] = [];
      try {
        for (const device of devices) {
          const runtimePm = device.get().extras?.runtimePm ?? null;
          runtimePm?.getNoResume();
          prepared.push({ device, runtimePm });
          await call(device, "prepare");
        }
        for (const device of devices.toReversed()) {
          await call(device, "suspend");
          suspended.push(device);
        }
        this.#suspended = prepared;
      } catch (error) {
        await this.#wake(prepared, suspended.toReversed());
        throw error;
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Resumes and completes every device. A callback that fails is logged. @throws {BusError} `EINVAL` it is not suspended */
  async resume(): Promise<void> {
    const suspended = this.#suspended;
    if (suspended === null) {
      throw new BusError("EINVAL", "the system is not suspended", { op: "resume" });
    }
    this.#enter("resume", true);
    this.#suspended = null;
    try {
      await this.#wake(
        suspended,
        suspended.map(({ device }) => device),
      );
    } finally {
      this.#busy = false;
    }
  }

  async #wake(prepared: readonly Prepared[], suspended: readonly Device[]): Promise<void> {
    const failed = (op: string, device: Device, thrown: unknown): void => {
      const error = toError(thrown);
      this.#core.log.error(`PM: ${device.name}: ${op} failed: ${error.message}`, { device: device.name, error });
    };
    for (const device of suspended) {
      await call(device, "resume").catch((error: unknown) => failed("resume", device, error));
    }
    for (const { device, runtimePm } of prepared.toReversed()) {
      await call(device, "complete").catch((error: unknown) => failed("complete", device, error));
      runtimePm?.put();
      device.put();
    }
    this.#core.deferred.unblock();
  }

  #enter(op: string, allowed: boolean): void {
    if (this.#busy || !allowed) {
      throw new BusError(
        "EBUSY",
        `cannot ${op}: ${this.#busy ? "a transition is going on" : "the system is suspended"}`,
        { op },
      );
    }
    this.#busy = true;
  }
}

async function call(
  device: Device,
  op: keyof DriverPmOps & ("prepare" | "suspend" | "resume" | "complete"),
): Promise<void> {
  if (device.binding?.bound !== true) return;
  await withLock(device, op, (hold) => {
    const { binding } = device;
    const pm = binding?.driver.definition.pm;
    if (binding?.state !== "bound" || pm?.[op] === undefined) return undefined;
    const result = device.core.calls.run(hold, () => pm[op]?.(device));
    return binding.within(op, result, binding.removeTimeout);
  });
}
