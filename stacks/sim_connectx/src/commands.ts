import type { MemoryRegion, QpAttributes } from "@auxbus/sim_net";
import type { HcaCaps } from "./caps.ts";

/** Life of a sub-function, as its firmware counts it. */
export const VHCA_STATES = ["INVALID", "ALLOCATED", "ACTIVE", "IN_USE", "TEARDOWN_REQUEST"] as const;

export type VhcaState = (typeof VHCA_STATES)[number];

/** The firmware's commands: what each takes and answers. */
export interface Commands {
  ENABLE_HCA: { in: { readonly sf?: number }; out: void };
  DISABLE_HCA: { in: { readonly sf?: number }; out: void };
  INIT_HCA: { in: Nothing; out: void };
  TEARDOWN_HCA: { in: Nothing; out: void };
  QUERY_HCA_CAP: { in: Nothing; out: Readonly<HcaCaps> };
  QUERY_NIC_VPORT: {
    in: Nothing;
    out: { readonly mac: string; readonly nodeGuid: string; readonly systemImageGuid: string };
  };
  NIC_VPORT_ENABLE_ROCE: { in: { readonly enable: boolean }; out: void };
  ALLOC_SF: { in: { readonly sfnum: number }; out: { readonly index: number } };
  DEALLOC_SF: { in: { readonly index: number }; out: void };
  QUERY_VHCA_STATE: { in: { readonly index: number }; out: { readonly state: VhcaState; readonly sfnum: number } };
  CREATE_LAG: { in: { readonly ports: number }; out: void };
  DESTROY_LAG: { in: Nothing; out: void };
  /** Whether firmware that waits can be activated by a reset. */
  QUERY_RESET_LEVEL: { in: Nothing; out: { readonly canActivate: boolean } };
  SYNC_RESET: { in: Nothing; out: void };
  ALLOC_PD: { in: Nothing; out: number };
  DEALLOC_PD: { in: { readonly pd: number }; out: void };
  CREATE_MKEY: {
    in: { readonly pd: number; readonly dma: number; readonly length: number; readonly access: number };
    out: MemoryRegion;
  };
  DESTROY_MKEY: { in: { readonly lkey: number }; out: void };
  CREATE_CQ: { in: { readonly depth: number }; out: number };
  DESTROY_CQ: { in: { readonly cqn: number }; out: void };
  CREATE_QP: { in: { readonly pd: number; readonly sendCq: number; readonly recvCq: number }; out: number };
  MODIFY_QP: { in: { readonly qpn: number; readonly attributes: QpAttributes }; out: void };
  DESTROY_QP: { in: { readonly qpn: number }; out: void };
  CREATE_VIRTQ: { in: Nothing; out: void };
  DESTROY_VIRTQ: { in: Nothing; out: void };
}

type Nothing = Readonly<Record<string, never>>;

export type CommandName = keyof Commands;

export const COMMANDS: readonly CommandName[] = [
  "ENABLE_HCA",
  "DISABLE_HCA",
  "INIT_HCA",
  "TEARDOWN_HCA",
  "QUERY_HCA_CAP",
  "QUERY_NIC_VPORT",
  "NIC_VPORT_ENABLE_ROCE",
  "ALLOC_SF",
  "DEALLOC_SF",
  "QUERY_VHCA_STATE",
  "CREATE_LAG",
  "DESTROY_LAG",
  "QUERY_RESET_LEVEL",
  "SYNC_RESET",
  "ALLOC_PD",
  "DEALLOC_PD",
  "CREATE_MKEY",
  "DESTROY_MKEY",
  "CREATE_CQ",
  "DESTROY_CQ",
  "CREATE_QP",
  "MODIFY_QP",
  "DESTROY_QP",
  "CREATE_VIRTQ",
  "DESTROY_VIRTQ",
];
