import { moduleVerbs, type ModuleVerbs } from "@auxbus/control";
import { rdmaCommands } from "./commands.ts";
import { Rdma } from "./rdma.ts";

const commands = moduleVerbs((core) => rdmaCommands(Rdma.of(core)));

/** Makes the RDMA core there for all, also for drivers that run elsewhere; and the commands of `rdma`. */
export const init: ModuleVerbs["init"] = commands.init;

export const exit: ModuleVerbs["exit"] = commands.exit;

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
