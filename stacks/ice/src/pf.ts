import { type AuxiliaryDevice, BusError, DelayedWork, type DriverCore, type IdAllocator, Mutex } from "auxbus";
import type { DevlinkInstance } from "@auxbus/devlink";
import type { NetDevice } from "@auxbus/netdev";
import type { PciDevice } from "@auxbus/pci";
import type { IntelNic, ResetLevel } from "@auxbus/sim_intel_nic";

export type IceAuxDevice = AuxiliaryDevice<"ice.roce"> | AuxiliaryDevice<"ice.iwarp">;

/** What the service task has been asked to do. */
export type IceFlag = "UNPLUG_AUX_DEV" | "PLUG_AUX_DEV" | "MTU_CHANGED";

/** One physical function of an E810 (the kernel's `ice_pf`). */
export class IcePf {
  readonly device: PciDevice;
  readonly nic: IntelNic;
  readonly devlink: DevlinkInstance;
  readonly service: DelayedWork;
  readonly flags: Set<IceFlag> = new Set();
  readonly auxIds: IdAllocator;
  /** `adev_mutex`: who looks at `adev` has it. */
  readonly adevMutex: Mutex = new Mutex();
  /** The slice comes and goes one step at a time. */
  readonly plugMutex: Mutex = new Mutex();
  /** The slice, while it is published. */
  adev: IceAuxDevice | null = null;
  /** The id of its slices for as long as the function has a driver; null without RDMA. */
  auxId: number | null = null;
  /** ICE_FLAG_RDMA_ENA: a slice may be published. */
  rdmaEnabled = false;
  /** A protocol that is on. */
  rdmaMode: { roce: boolean; iwarp: boolean } = { roce: false, iwarp: false };
  netdev: NetDevice | null = null;
  /** Watches whether `netdev` is bonded. */
  bonding: Disposable | null = null;
  /** Causes of RDMA errors that nobody has been told of. */
  oicrErrors = 0;
  critErr = 0;
  classes = 1;
  pendingReset: ResetLevel | null = null;
  resetting = false;
  resetFailed = false;
  suspended = false;
  readonly qsets: Map<number, number> = new Map();

  constructor(
    device: PciDevice,
    nic: IntelNic,
    devlink: DevlinkInstance,
    auxIds: IdAllocator,
    service: (pf: IcePf) => Promise<void>,
  ) {
    this.device = device;
    this.nic = nic;
    this.devlink = devlink;
    this.auxIds = auxIds;
    this.service = new DelayedWork(device.core, () => service(this));
  }

  get core(): DriverCore {
    return this.device.core;
  }

  get name(): string {
    return this.device.name;
  }

  /**
   * Asks for a reset; the service task does it.
   *
   * @throws {BusError} `EIO` an earlier one has failed; `EBUSY` one is going on
   */
  scheduleReset(level: ResetLevel): void {
    if (this.resetFailed) throw new BusError("EIO", "earlier reset has failed", { op: "reset", device: this.name });
    if (this.resetting || this.pendingReset !== null) {
      throw new BusError("EBUSY", "Reset already in progress", { op: "reset", device: this.name });
    }
    this.pendingReset = level;
    this.service.schedule();
  }

  /** Asks the service task for something. */
  request(...flags: readonly IceFlag[]): void {
    for (const flag of flags) this.flags.add(flag);
    this.service.schedule();
  }
}
