import type { ModuleContext } from "auxbus";
import { NetDevices } from "./net-devices.ts";

/** Makes the network devices there for all, also for drivers that run elsewhere. */
export function init({ core }: ModuleContext): void {
  NetDevices.of(core);
}

export { BOND_MODES, type BondMode } from "./bond.ts";
export { makeFrame } from "./ethernet.ts";
export type { Inet } from "./inet.ts";
export type { NetDevice, NetDeviceOps, NetDeviceSpec, NetDeviceStats } from "./net-device.ts";
export { type BondInfo, NetDevices } from "./net-devices.ts";
export type { NetDeviceInfo, NetEvent, NetEventType } from "./net-event.ts";
