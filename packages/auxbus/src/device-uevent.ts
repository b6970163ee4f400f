import type { Device } from "./device.ts";
import { toError } from "./errors.ts";
import type { UeventAction } from "./uevent.ts";

/** Sends a uevent of a device: nothing is built when nobody listens. */
export function emitDeviceUevent(device: Device, action: UeventAction): void {
  const { uevents } = device.core;
  if (!uevents.heard) {
    uevents.skip();
    return;
  }
  uevents.emit(
    action,
    () => device.path,
    device.bus?.name ?? device.class ?? undefined,
    () => deviceEnv(device),
    device,
  );
}

/** What a device's `uevent` file says: its driver, its modalias and what the bus adds. */
export function deviceEnv(device: Device): Record<string, string> {
  const env: Record<string, string> = {};
  if (device.binding !== null) env["DRIVER"] = device.binding.driver.name;
  try {
    return Object.assign(env, device.bus?.ueventEnv?.(device));
  } catch (error) {
    device.core.log.error(`${device.name}: its bus could not describe it: ${toError(error).message}`, {
      device: device.name,
    });
    return env;
  }
}
