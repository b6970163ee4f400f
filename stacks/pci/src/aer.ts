import { BusError, type Done, type DriverCallbacks } from "auxbus";
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

function handlersOf(callbacks: WithErrorHandlers | undefined): PciErrorHandlers | undefined {
  return callbacks?.errorHandlers;
}

/**
 * Runs the recovery of a device after a PCI error (the kernel's `pcie_do_recovery`): the driver stops, the slot is
 * reset if it wants that or traffic is blocked, the driver goes on.
 *
 * @throws {BusError} `ENODEV` no driver, it has no error handlers, or it gave the device up
 */
export async function recover(device: PciDevice, state: PciChannelState): Promise<void> {
  const handlers = handlersOf(device.driver?.definition);
  const fail = (why: string): BusError =>
    new BusError("ENODEV", `${device.name}: device recovery failed: ${why}`, { op: "aer", device: device.name });
  if (handlers === undefined) throw fail("no driver takes part in it");
  const detected = await handlers.errorDetected(device, state);
  if (detected === "disconnect" || state === "perm-failure") throw fail("its driver gave it up");
  if (detected === "need-reset" || state === "frozen") {
    await device.function.resetSlot?.();
    if (((await handlers.slotReset?.(device)) ?? "recovered") !== "recovered") throw fail("it is dead after the reset");
  }
  await handlers.resume?.(device);
}
