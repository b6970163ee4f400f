import { type Bus, BusError, type Done, type Driver, type DriverCallbacks } from "auxbus";
import type { PciDevice } from "./pci-device.ts";

/** How bad it is: traffic may go on, or is blocked, or the device is gone for good. */
export type PciChannelState = "normal" | "frozen" | "perm-failure";

/** What a driver asks for when its device has failed (the kernel's `pci_ers_result`). */
export type PciErsResult = "can-recover" | "need-reset" | "disconnect" | "recovered";

/** How a driver takes part in the recovery of its device from a PCI error (the kernel's `pci_error_handlers`). */
export interface PciErrorHandlers {
  /** Stop using the device. */
  errorDetected(device: PciDevice, state: PciChannelState): PciErsResult | Promise<PciErsResult>;
  /** The slot has been reset: see whether the device lives. */
  slotReset?(device: PciDevice): PciErsResult | Promise<PciErsResult>;
  /** Go on. */
  resume?(device: PciDevice): Done;
}

/** A callback table that may have error handlers: those of PCI drivers. */
interface WithErrorHandlers extends DriverCallbacks<PciDevice> {
  readonly errorHandlers?: PciErrorHandlers;
}

function handlersOf({ definition }: Driver): PciErrorHandlers | undefined {
  const callbacks: WithErrorHandlers = definition;
  return callbacks.errorHandlers;
}

/**
 * Runs the recovery of a device after a PCI error (the kernel's `pcie_do_recovery`): the driver stops, the slot is
 * reset if it wants that or traffic is blocked, the driver goes on. Each step is under the device's lock.
 *
 * @throws {BusError} `ENODEV` no driver, one without error handlers, or one that gave the device up
 */
export async function recover(bus: Bus<PciDevice>, device: PciDevice, state: PciChannelState): Promise<void> {
  const fail = (why: string): BusError =>
    new BusError("ENODEV", `${device.name}: device recovery failed: ${why}`, { op: "aer", device: device.name });
  const detected = await bus.callDriver(device, "error_detected", (driver) =>
    handlersOf(driver)?.errorDetected(device, state),
  );
  if (detected === undefined) throw fail("its driver takes no part in it");
  if (detected === "disconnect" || state === "perm-failure") throw fail("its driver gave it up");
  if (detected === "need-reset" || state === "frozen") {
    await device.function.resetSlot?.();
    const reset = await bus.callDriver(device, "slot_reset", (driver) => handlersOf(driver)?.slotReset?.(device));
    if ((reset ?? "recovered") !== "recovered") throw fail("it is dead after the reset");
  }
  await bus.callDriver(device, "resume", (driver) => handlersOf(driver)?.resume?.(device));
}
