import type { Binding } from "./binding.ts";
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

/** A device, and what was bound to it when it was suspended. */
interface Suspended {
  readonly device: Device;
  readonly binding: Binding | null;
}

/**
 * System sleep: devices are prepared and resumed in the order in which they were added (a device that was probed
 * late stands where it was probed), suspended and completed backwards, each before its parents and suppliers.
 * Nothing is probed meanwhile.
 */
export class SystemPower {
  readonly #core: DriverCore;
  #sleeping: { readonly prepared: readonly Prepared[]; readonly suspended: readonly Suspended[] } | null = null;
  #busy = false;

  /** @internal */
  constructor(core: DriverCore) {
    this.#core = core;
  }

  get suspended(): boolean {
    return this.#sleeping !== null;
  }

  /**
   * Prepares and suspends every device. The first failure ends it: what was suspended is resumed, the failing
   * device excepted, and its error is thrown.
   *
   * @throws {BusError} `EBUSY` a transition is going on, or the system is suspended; else the callback's error
   */
  async suspend(): Promise<void> {
    this.#enter("suspend", this.#sleeping === null);
    const { deferred, work } = this.#core;
    try {
      await work.idle();
      deferred.block();
      // All at once: what goes while others are prepared must not be met without a reference.
      const devices = this.#core.inPowerOrder().map((device) => device.get());
      const prepared: Prepared[] = [];
      const suspended: Suspended[] = [];
      try {
        for (const device of devices) {
          const runtimePm = device.extras?.runtimePm ?? null;
          runtimePm?.getNoResume();
          prepared.push({ device, runtimePm });
          await call(device, "prepare");
        }
        for (const device of devices.toReversed()) {
          await call(device, "suspend");
          suspended.push({ device, binding: device.binding });
        }
        this.#sleeping = { prepared, suspended: suspended.toReversed() };
        this.#tell("suspended");
      } catch (error) {
        await this.#wake(prepared, suspended.toReversed());
        for (const device of devices.slice(prepared.length)) device.put();
        throw error;
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Resumes and completes every device. A callback that fails is logged. @throws {BusError} `EINVAL` it is not suspended */
  async resume(): Promise<void> {
    const sleeping = this.#sleeping;
    if (sleeping === null) {
      throw new BusError("EINVAL", "the system is not suspended", { op: "resume" });
    }
    this.#enter("resume", true);
    this.#sleeping = null;
    try {
      await this.#wake(sleeping.prepared, sleeping.suspended);
      this.#tell("active");
    } finally {
      this.#busy = false;
    }
  }

  #tell(status: "suspended" | "active"): void {
    const { tracepoints } = this.#core;
    if (tracepoints.heard) tracepoints.system(status);
  }

  async #wake(prepared: readonly Prepared[], suspended: readonly Suspended[]): Promise<void> {
    const failed = (op: string, device: Device, thrown: unknown): void => {
      const error = toError(thrown);
      this.#core.log.error(`PM: ${device.name}: ${op} failed: ${error.message}`, { device: device.name, error });
    };
    for (const { device, binding } of suspended) {
      // A driver that has not been suspended is not resumed.
      if (device.binding !== binding) continue;
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
  // One that is being probed is waited for.
  if (device.binding === null) return;
  await withLock(device, op, (hold) => {
    const { binding } = device;
    const pm = binding?.driver.definition.pm;
    if (binding?.state !== "bound" || pm?.[op] === undefined) return undefined;
    const result = device.core.calls.run(hold, () => pm[op]?.(device));
    return binding.within(op, result, binding.removeTimeout);
  });
}
