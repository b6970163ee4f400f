import type { Device, LogLevel } from "auxbus";

/** Says something about a device, in the form of the kernel's `dev_err` and its relatives: the device comes first. */
export function logOf(device: Device, level: LogLevel, text: string, error?: unknown): void {
  device.core.log.write(level, `${device.name}: ${text}`, { device: device.name, error });
}
