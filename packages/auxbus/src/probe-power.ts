import type { Device } from "./device.ts";
import { after, eachInTurn, type MaybePromise } from "./maybe-promise.ts";
import type { RuntimePm } from "./runtime-pm.ts";

/** What a probe needs to be powered: `on` before it, `off` after it. */
export interface ProbePower {
  readonly on: MaybePromise<void>;
  off(): void;
}

/** The runtime PM of a device, if it is enabled. */
export function powered(device: Device): RuntimePm | null {
  const runtimePm = device.extras?.runtimePm;
  return runtimePm?.enabled === true ? runtimePm : null;
}

/** The parent's runtime PM, if it is enabled. */
export function poweredParent({ parent }: Device): RuntimePm | null {
  return parent === null ? null : powered(parent);
}

/**
 * Keeps the parent and the suppliers of `pmRuntime` links active during a probe, and lets the device idle after
 * it; null when none of them has to do with runtime PM.
 */
export function powerForProbe(device: Device): ProbePower | null {
  const users: RuntimePm[] = [];
  for (const link of device.extras?.suppliers ?? []) {
    const supplier = link.pmRuntime ? powered(link.supplier) : null;
    if (supplier !== null) users.push(supplier);
  }
  const parent = poweredParent(device);
  if (parent !== null) users.push(parent);
  if (users.length === 0 && powered(device) === null) return null;
  const used = eachInTurn(users.values(), (user) => user.use());
  return {
    on: after(used, () => device.extras?.runtimePm?.barrier()),
    off() {
      device.extras?.runtimePm?.idleSoon();
      for (const user of users) user.put();
    },
  };
}
