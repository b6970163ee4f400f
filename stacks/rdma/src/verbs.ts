import type { Awaitable } from "auxbus";

/** States of a queue pair (the kernel's `IB_QPS_*`). */
export type QpState = "RESET" | "INIT" | "RTR" | "RTS" | "ERR";

/** How a work request ended (`IB_WC_*`). */
export type WcStatus =
  | "SUCCESS"
  | "LOC_LEN_ERR"
  | "LOC_PROT_ERR"
  | "WR_FLUSH_ERR"
  | "REM_INV_REQ_ERR"
  | "REM_ACCESS_ERR"
  | "RETRY_EXC_ERR"
  | "RNR_RETRY_EXC_ERR";

/** Rights of a memory region; a sum of them (`IB_ACCESS_*`). */
export const ACCESS: { readonly localWrite: 1; readonly remoteWrite: 2; readonly remoteRead: 4 } = {
  localWrite: 1,
  remoteWrite: 2,
  remoteRead: 4,
};

/** Part of a memory region. */
export interface Sge {
  readonly address: number;
  readonly length: number;
  readonly lkey: number;
}

export interface SendWr {
  /** Comes back in the completion. */
  readonly id: number;
  readonly opcode: "SEND" | "RDMA_WRITE" | "RDMA_READ";
  readonly sge: Sge;
  readonly remoteAddress?: number;
  readonly rkey?: number;
  /** A completion is wanted also when all went well (yes). */
  readonly signaled?: boolean;
}

export interface RecvWr {
  readonly id: number;
  readonly sge: Sge;
}

/** A work completion. */
export interface Wc {
  readonly id: number;
  readonly status: WcStatus;
  readonly opcode: SendWr["opcode"] | "RECV";
  readonly qpn: number;
  readonly bytes: number;
}

/** What a provider is told when a queue pair changes. */
export interface QpAttributes {
  readonly state?: QpState;
  readonly destQpn?: number;
  /** Of the path to the other end. */
  readonly destMac?: string;
  readonly rqPsn?: number;
  readonly sqPsn?: number;
  readonly retries?: number;
  readonly rnrRetries?: number;
  /** Milliseconds. */
  readonly timeout?: number;
}

export interface DeviceAttributes {
  readonly vendorId: number;
  readonly firmware: string;
  readonly maxQp: number;
  readonly maxCq: number;
  readonly maxCqe: number;
  readonly maxMr: number;
  readonly maxPd: number;
}

/** User memory that a device may reach. */
export interface Umem {
  /** Where devices find it; also its address in work requests. */
  readonly dma: number;
  readonly length: number;
}

export interface Mr {
  readonly lkey: number;
  readonly rkey: number;
}

/**
 * What the driver of an RDMA device does (the kernel's `ib_device_ops`). Objects are numbers that the driver gives
 * out. A failing one throws.
 */
export interface IbDeviceOps {
  queryDevice(): Awaitable<DeviceAttributes>;
  allocPd(): Awaitable<number>;
  deallocPd(pd: number): Awaitable<void>;
  /** @param notify tells that a completion has come after `reqNotifyCq`, or that the queue has overrun */
  createCq(depth: number, notify: (event: "completion" | "cq-error") => void): Awaitable<number>;
  destroyCq(cq: number): Awaitable<void>;
  pollCq(cq: number, most: number): Awaitable<readonly Wc[]>;
  reqNotifyCq(cq: number): Awaitable<void>;
  regUserMr(pd: number, umem: Umem, access: number): Awaitable<Mr>;
  deregMr(lkey: number): Awaitable<void>;
  /** @returns its number */
  createQp(pd: number, sendCq: number, recvCq: number): Awaitable<number>;
  modifyQp(qpn: number, attributes: QpAttributes): Awaitable<void>;
  destroyQp(qpn: number): Awaitable<void>;
  postSend(qpn: number, wr: SendWr): Awaitable<void>;
  postRecv(qpn: number, wr: RecvWr): Awaitable<void>;
}

/** What happens to a device on its own (`IB_EVENT_*`). */
export interface IbEvent {
  readonly type: "DEVICE_FATAL" | "PORT_ACTIVE" | "PORT_ERR" | "GID_CHANGE" | "QP_FATAL" | "CQ_ERR";
  readonly port?: number;
  readonly qpn?: number;
}
