import type { LogDetails, LogLevel } from "./log.ts";

/** A device whose core has a log: also an isolated driver's. */
interface Logged {
  readonly name: string;
  readonly core: { readonly log: Readonly<Record<LogLevel, (message: string, details?: LogDetails) => void>> };
}

/** Says something about a device, in the form of the kernel's `dev_err` and its relatives: the device comes first. */
export function logOf(device: Logged, level: LogLevel, text: string, error?: unknown): void {
  device.core.log[level](`${device.name}: ${text}`, { device: device.name, error });
}
