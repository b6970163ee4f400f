import { BusError, type ClassOf } from "auxbus";
import type { PciDevice } from "./pci-device.ts";

/**
 * The hardware behind a function, for the probe of its driver.
 *
 * @param kind the class that simulates it
 * @param what it is called, for people
 * @param fits whether it is one that the driver knows (all of the class)
 * @throws {BusError} `ENODEV` it is something else
 */
export function hardwareOf<T>(
  { name, hardware }: PciDevice,
  kind: ClassOf<T>,
  what: string,
  fits: (hardware: T) => boolean = () => true,
): T {
  if (hardware instanceof kind && fits(hardware)) return hardware;
  throw new BusError("ENODEV", `${name} is no ${what} that this driver knows`, { op: "probe", device: name });
}
