import type { DriverCore, ModuleContext } from "auxbus";
import { Control } from "@auxbus/control";
import { Rdma } from "./rdma.ts";
import { rdmaCommands } from "./verb-commands.ts";

/** What is on the command line because of this module. */
const commands = new WeakMap<DriverCore, Disposable>();

/** Makes the RDMA core there for all, also for drivers that run elsewhere; and the commands of `rdma`. */
export function init({ core }: ModuleContext): void {
  commands.set(core, Control.of(core).addAll(rdmaCommands(Rdma.of(core))));
}

export function exit({ core }: ModuleContext): void {
  commands.get(core)?.[Symbol.dispose]();
}

export { gidOfIpv4, gidOfMac } from "./gid.ts";
export type { IbDevice, IbDeviceInfo, IbDeviceSpec, IbLink, IbPortSpec } from "./ib-device.ts";
export { type IbClient, Rdma } from "./rdma.ts";
export type { QpDestination, UserContext, UserCq, UserMr, UserPd, UserQp } from "./user-context.ts";
export {
  ACCESS,
  type DeviceAttributes,
  type IbDeviceOps,
  type IbEvent,
  type Mr,
  type QpAttributes,
  type QpState,
  type RecvWr,
  type SendWr,
  type Sge,
  type Umem,
  type Wc,
  type WcStatus,
} from "./verbs.ts";
