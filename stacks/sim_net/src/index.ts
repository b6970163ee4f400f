export { EthernetPort, EthernetSwitch } from "./ethernet-switch.ts";
export {
  ACCESS,
  type Cqe,
  type CqeStatus,
  type QpAttributes,
  type QpState,
  type RecvWqe,
  type SendWqe,
  type Sge,
} from "./queue-entries.ts";
export { type EngineLimits, type MemoryRegion, RdmaEngine, type RdmaEvent, type RdmaPort } from "./rdma-engine.ts";
export { isRoce } from "./roce-packet.ts";
