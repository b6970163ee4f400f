import { moduleVerbs, type ModuleVerbs } from "@auxbus/control";
import { ipCommands } from "./commands.ts";
import { NetDevices } from "./net-devices.ts";

const commands = moduleVerbs((core) => ipCommands(NetDevices.of(core)));

/** Makes the network devices there for all, also for drivers that run elsewhere; and the commands of `ip`. */
export const init: ModuleVerbs["init"] = commands.init;

export const exit: ModuleVerbs["exit"] = commands.exit;

export { BOND_MODES, type BondMode } from "./bond.ts";
export { makeFrame } from "./ethernet.ts";
export type { Inet } from "./inet.ts";
export type { NetDevice, NetDeviceOps, NetDeviceSpec, NetDeviceStats } from "./net-device.ts";
export { type BondInfo, NetDevices } from "./net-devices.ts";
export type { NetDeviceInfo, NetEvent, NetEventType } from "./net-event.ts";
