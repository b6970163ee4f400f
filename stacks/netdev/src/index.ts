import type { DriverCore, ModuleContext } from "auxbus";
import { Control } from "@auxbus/control";
import { NetDevices } from "./net-devices.ts";
import { ipVerbs } from "./verbs.ts";

/** What is on the command line because of this module. */
const commands = new WeakMap<DriverCore, Disposable>();

/** Makes the network devices there for all, also for drivers that run elsewhere; and the commands of `ip`. */
export function init({ core }: ModuleContext): void {
  commands.set(core, Control.of(core).addAll(ipVerbs(NetDevices.of(core))));
}

export function exit({ core }: ModuleContext): void {
  commands.get(core)?.[Symbol.dispose]();
}

export { BOND_MODES, type BondMode } from "./bond.ts";
export { makeFrame } from "./ethernet.ts";
export type { Inet } from "./inet.ts";
export type { NetDevice, NetDeviceOps, NetDeviceSpec, NetDeviceStats } from "./net-device.ts";
export { type BondInfo, NetDevices } from "./net-devices.ts";
export type { NetDeviceInfo, NetEvent, NetEventType } from "./net-event.ts";
