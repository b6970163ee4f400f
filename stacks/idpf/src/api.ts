import type { Device } from "auxbus";
import type { RdmaBlock } from "@auxbus/sim_intel_nic";

/** What may happen to a function (the kernel's `iidc_rdma_event_type`). */
export type IdpfCoreEvent = "WARN_RESET";

/** What is shared with the driver of a function's core slice. */
export interface IdpfCoreFunction {
  readonly device: Device;
  /** By which the drivers of its ports find that of the core. */
  readonly coreId: number;
  /**
   * Publishes a slice for every virtual port with RDMA, or takes them away. Called by the core slice's driver, from
   * within its probe and its remove.
   */
  vportDevCtrl(up: boolean): Promise<void>;
  requestReset(): void;
}

/** What is shared with the driver of a virtual port's slice. */
export interface IdpfVportFunction {
  readonly device: Device;
  readonly coreId: number;
  readonly vport: number;
  readonly mac: string;
  readonly hw: RdmaBlock;
  netdev(): string | null;
  mtu(): number;
}

interface IdpfCoreHandlers {
  event(event: IdpfCoreEvent): void;
}

interface IdpfVportHandlers {
  mtuChanged(mtu: number): void;
}

declare module "auxbus" {
  interface Contracts {
    "idpf.8086.rdma.core": { readonly shared: IdpfCoreFunction; readonly handlers: IdpfCoreHandlers };
    "idpf.8086.rdma.vdev": { readonly shared: IdpfVportFunction; readonly handlers: IdpfVportHandlers };
  }
}
