import type { Device } from "auxbus";
import type { Cqe, QpAttributes, RecvWqe, SendWqe } from "@auxbus/sim_net";

/** What a function tells whoever listens (the kernel's `mlx5_notifier`). */
export type Mlx5Event =
  /** The firmware has failed: nothing that is queued will end well. */
  | { readonly type: "SYS_ERROR" }
  | { readonly type: "PORT_UP" }
  | { readonly type: "PORT_DOWN" }
  /** The network device of the port has come, or (null) gone. */
  | { readonly type: "UPLINK_NETDEV"; readonly netdev: string | null }
  | { readonly type: "COMPLETION"; readonly cqn: number }
  | { readonly type: "CQ_ERROR"; readonly cqn: number }
  | { readonly type: "QP_FATAL"; readonly qpn: number };

/** What is known of a function without asking its firmware. */
export interface Mlx5Identity {
  readonly kind: "PF" | "VF" | "SF";
  readonly mac: string;
  readonly nodeGuid: string;
  /** The same for all functions of a card. */
  readonly systemImageGuid: string;
  readonly firmware: string;
  readonly maxQp: number;
  readonly maxCq: number;
  readonly maxCqe: number;
  readonly maxMr: number;
  readonly maxPd: number;
}

/** How a function is used at the moment. */
export interface Mlx5Use {
  /** Its port is bonded with others in hardware: one RDMA device stands for all. */
  readonly lag: boolean;
  /** RDMA over Ethernet is on. */
  readonly roce: boolean;
  /** Name of the port's network device. */
  readonly netdev: string | null;
  readonly linkUp: boolean;
}

/**
 * What is shared with the RDMA drivers of a function: its identity, its events, and the firmware's commands and
 * doorbells for RDMA. (The kernel shares the whole `mlx5_core_dev`.)
 */
export interface Mlx5RdmaFunction {
  readonly identity: Mlx5Identity;
  /** The device that does the DMA: the PCI function, or the sub-function's auxiliary device. */
  readonly device: Device;
  use(): Mlx5Use;
  /** @returns what ends it */
  subscribe(fn: (event: Mlx5Event) => void): Disposable;
  enableRoce(enable: boolean): Promise<void>;
  // Commands. Each fails with `ENXIO` while the device is in error, and as the firmware says.
  allocPd(): Promise<number>;
  deallocPd(pd: number): Promise<void>;
  createMkey(
    pd: number,
    dma: number,
    length: number,
    access: number,
  ): Promise<{ readonly lkey: number; readonly rkey: number }>;
  destroyMkey(lkey: number): Promise<void>;
  createCq(depth: number): Promise<number>;
  destroyCq(cqn: number): Promise<void>;
  createQp(pd: number, sendCq: number, recvCq: number): Promise<number>;
  modifyQp(qpn: number, attributes: QpAttributes): Promise<void>;
  destroyQp(qpn: number): Promise<void>;
  // Doorbells.
  postSend(qpn: number, wqe: SendWqe): void;
  postReceive(qpn: number, wqe: RecvWqe): void;
  pollCq(cqn: number, most: number): readonly Cqe[];
  armCq(cqn: number): void;
}

/** A representor: the switch's end of the wire to a function behind the eswitch. */
export interface Mlx5Rep {
  /** Port number on the eswitch. */
  readonly vport: number;
  readonly kind: "uplink" | "sf";
}

/** What a driver does for representors of its type. A failing `load` throws. */
export interface Mlx5RepOps {
  load(rep: Mlx5Rep): Promise<void> | void;
  unload(rep: Mlx5Rep): Promise<void> | void;
}

/** What is shared with the driver of RDMA representors. */
export interface Mlx5RepFunction extends Mlx5RdmaFunction {
  /** From now on it is told of representors to load and unload; of those that are there at once. */
  registerReps(ops: Mlx5RepOps): Promise<AsyncDisposable>;
}

/** What is shared with the vDPA driver of a function. */
export interface Mlx5VnetFunction {
  readonly identity: Mlx5Identity;
  readonly device: Device;
  /** The function, as devlink names it. */
  readonly handle: string;
  /** Pairs of virtqueues in hardware. */
  readonly maxVirtqPairs: number;
  use(): Mlx5Use;
  createVirtq(): Promise<void>;
  destroyVirtq(): Promise<void>;
}

declare module "auxbus" {
  interface Contracts {
    "mlx5_core.rdma": { readonly shared: Mlx5RdmaFunction };
    "mlx5_core.rdma-rep": { readonly shared: Mlx5RepFunction };
    "mlx5_core.multiport": { readonly shared: Mlx5RdmaFunction };
    "mlx5_core.vnet": { readonly shared: Mlx5VnetFunction };
  }
}
