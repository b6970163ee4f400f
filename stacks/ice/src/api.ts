import type { Device } from "auxbus";
import type { RdmaBlock } from "@auxbus/sim_intel_nic";

/** What may happen to a function, as bits of an event's `type` (the kernel's `iidc_event_type`). */
export const IIDC_EVENT: {
  readonly BEFORE_MTU_CHANGE: 1;
  readonly AFTER_MTU_CHANGE: 2;
  readonly BEFORE_TC_CHANGE: 4;
  readonly AFTER_TC_CHANGE: 8;
  readonly CRIT_ERR: 16;
} = { BEFORE_MTU_CHANGE: 1, AFTER_MTU_CHANGE: 2, BEFORE_TC_CHANGE: 4, AFTER_TC_CHANGE: 8, CRIT_ERR: 16 };

export interface IidcEvent {
  /** A sum of `IIDC_EVENT`. */
  readonly type: number;
  /** `CRIT_ERR`: the interrupt's causes (OICR), and the code of a critical error. */
  readonly reg: number;
  readonly critErr: number;
}

export interface IceQos {
  /** How many traffic classes there are. */
  readonly classes: number;
}

/** What is shared with the RDMA driver of a function (the kernel's `iidc_auxiliary_dev` and the functions of ice). */
export interface IceRdmaFunction {
  readonly pfId: number;
  /** The PCI function. */
  readonly device: Device;
  readonly protocol: "roce" | "iwarp";
  /** Interrupt vectors that were reserved. */
  readonly vectors: number;
  readonly mac: string;
  /** The RDMA part of the hardware. */
  readonly hw: RdmaBlock;
  /** Name of the main VSI's network device; null while there is none. */
  netdev(): string | null;
  mtu(): number;
  qos(): IceQos;
  /** @returns the queue set's place in the scheduler. @throws {BusError} `EINVAL` RDMA is off; `ENOMEM` */
  addRdmaQset(trafficClass: number): number;
  delRdmaQset(trafficClass: number): void;
  /** Asks for a reset, and does not wait for it. @throws {BusError} `EINVAL`; `EBUSY` one is going on; `EIO` the last failed */
  requestReset(level: "pf" | "core" | "global"): void;
  updateVsiFilter(enable: boolean): void;
}

/** What the function calls in its RDMA driver, under the device's lock. */
interface IceRdmaHandlers {
  event(event: IidcEvent): void;
}

declare module "auxbus" {
  interface Contracts {
    "ice.roce": { readonly shared: IceRdmaFunction; readonly handlers: IceRdmaHandlers };
    "ice.iwarp": { readonly shared: IceRdmaFunction; readonly handlers: IceRdmaHandlers };
  }
}
