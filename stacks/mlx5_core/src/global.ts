import { type DriverCore, IdAllocator, Mutex } from "auxbus";
import type { ConnectX } from "@auxbus/sim_connectx";
import type { Lag } from "./lag.ts";

/** How the module behaves where kernels differ. */
export interface Mlx5Options {
  /** A reload keeps the Ethernet slice, as kernels before 6.3 did (no). */
  readonly suspendOnReload: boolean;
  /** RDMA representors are loaded only by a change of the eswitch's mode, as on 6.1 (no). */
  readonly earlyIbReps: boolean;
}

/** What all functions of one driver core share: the module's global variables. */
export class Mlx5Global {
  readonly core: DriverCore;
  readonly options: Mlx5Options;
  /** `mlx5_adev_ida`: ids of functions, and of the auxiliary devices that sub-functions are. */
  readonly ids: IdAllocator = new IdAllocator();
  /** `mlx5_intf_mutex`: auxiliary devices come and go one at a time. */
  readonly intfMutex: Mutex = new Mutex();
  readonly lags: Map<ConnectX, Lag> = new Map();

  constructor(core: DriverCore, options: Mlx5Options) {
    this.core = core;
    this.options = options;
  }
}
