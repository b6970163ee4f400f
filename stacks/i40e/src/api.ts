import type { Device } from "auxbus";
import type { RdmaBlock } from "@auxbus/sim_intel_nic";

/** What changes with the MTU and the traffic classes. */
export interface I40eParams {
  readonly mtu: number;
  readonly classes: number;
}

/** What a client of the function's port does (the kernel's `i40e_client_ops`). Called from the service task. */
export interface I40eClientOps {
  /** The port is there: begin. Failing, it is tried again at the next service request. */
  open(): Promise<void> | void;
  /** @param reset the hardware was reset already: do not touch what was there before */
  close(reset: boolean): Promise<void> | void;
  l2ParamChange(params: I40eParams): Promise<void> | void;
}

/** What is shared with the driver of a function's slice (the kernel's `i40e_info`). */
export interface I40eInfo {
  readonly version: string;
  readonly lanmac: string;
  /** The PCI function. */
  readonly device: Device;
  /** Number of the physical function. */
  readonly fid: number;
  readonly ftype: 0;
  readonly msixBase: number;
  readonly msixCount: number;
  readonly firmware: string;
  /** The RDMA part of the hardware. */
  readonly hw: RdmaBlock;
  netdev(): string | null;
  params(): I40eParams;
  /** The driver is there: it is opened by the next pass of the service task (`i40e_client_device_register`). */
  register(ops: I40eClientOps): void;
  /** Waits for the service task, closes the client if it is open, and forgets it. */
  unregister(): Promise<void>;
  /** @throws {BusError} `EINVAL` a vector that is not one of the function's */
  setupQvlist(vectors: readonly number[]): void;
  requestReset(level: "pf" | "core"): void;
  /** @throws {BusError} `EINVAL` for a virtual function */
  updateVsiContext(tcpEnable: boolean, vf?: number): void;
}

declare module "auxbus" {
  interface Contracts {
    "i40e.iwarp": { readonly shared: I40eInfo };
  }
}
