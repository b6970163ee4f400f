import type { ModuleContext } from "auxbus";
import { Rdma } from "./rdma.ts";

/** Makes the RDMA core there for all, also for drivers that run elsewhere. */
export function init({ core }: ModuleContext): void {
  Rdma.of(core);
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
