import type { Device } from "./device.ts";
import type { RuntimePm } from "./runtime-pm.ts";

/** What a probe needs to be powered: `on` before it, `off` after it. */
export interface ProbePower {
  readonly on: Promise<void>;
  off(): void;
}

/**
 * Keeps the parent and the suppliers of `pmRuntime` links active during a probe, and lets the device idle after
 * it; null when none of them has to do with runtime PM.
 */
export function powerForProbe(device: Device): ProbePower | null {
  const users: RuntimePm[] = [];
  for (const link of device.extras?.suppliers ?? []) {
    if (link.options.pmRuntime === true && link.supplier.extras?.runtimePm?.enabled === true)
      users.push(link.supplier.runtimePm);
  }
  const parent = device.parent?.extras?.runtimePm;
  if (parent?.enabled === true) users.push(parent);
  const own = device.extras?.runtimePm?.enabled === true ? device.extras.runtimePm : null;
  if (users.length === 0 && own === null) return null;
  const on = async (): Promise<void> => {
    for (const user of users) await user.getSync().catch(() => undefined);
  };
  return {
    on: on(),
    off() {
      device.extras?.runtimePm?.idleSoon();
      for (const user of users) user.put();
    },
  };
}
