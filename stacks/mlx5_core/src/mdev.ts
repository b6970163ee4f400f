import { type AuxiliaryDevice, BusError, type Device, Disposer, type DriverCore, logOf, Mutex } from "auxbus";
import type { DevlinkInstance, HealthReporter } from "@auxbus/devlink";
import type { NetDevice } from "@auxbus/netdev";
import type { CommandName, Commands, Hca, HcaCaps } from "@auxbus/sim_connectx";
import type { Mlx5Event, Mlx5Identity } from "./api.ts";
import type { Eswitch } from "./eswitch.ts";
import type { Mlx5Global } from "./global.ts";
import type { Health } from "./health.ts";
import type { Lag } from "./lag.ts";
import type { SfDevTable } from "./sf-dev.ts";
import type { SfTable } from "./sf-devlink.ts";

/** `priv.flags`: what keeps auxiliary devices from being there. */
export const FLAG = {
  /** No RDMA: it is being bonded. */
  DISABLE_IB_ADEV: 1,
  /** Nothing at all: the function goes. */
  DISABLE_ALL_ADEV: 2,
  /** Between detach and attach: rescans do nothing. */
  DETACH: 4,
} as const;

/** Commands that undo something: on a dead device there is nothing left to undo. */
const UNDOING = /^(?:DESTROY|DEALLOC|DISABLE|TEARDOWN)_|^MODIFY_QP$/;

/** The network device of a function's port. */
export interface Uplink {
  readonly dev: NetDevice;
  /** A plain network card, or the wire's representor on the eswitch. The device is the same. */
  profile: "nic" | "uplink_rep";
}

/** One function of a card (the kernel's `mlx5_core_dev`): physical, virtual or a sub-function. */
export class Mlx5CoreDev {
  readonly global: Mlx5Global;
  readonly device: Device;
  readonly hca: Hca;
  readonly kind: "PF" | "VF" | "SF";
  readonly devlink: DevlinkInstance;
  /** The id of all its auxiliary devices. */
  readonly id: number;
  /** `priv.adev`: what is published now, by slot. */
  readonly adevs: (AuxiliaryDevice | null)[] = [];
  readonly intfState: Mutex = new Mutex();
  /** A sum of `FLAG`. */
  flags = 0;
  state: "UP" | "INTERNAL_ERROR" = "UP";
  interfaceUp = false;
  caps: Readonly<HcaCaps>;
  identity: Mlx5Identity | null = null;
  roce = true;
  uplink: Uplink | null = null;
  eswitch: Eswitch | null = null;
  lag: Lag | null = null;
  health: Health | null = null;
  fatalReporter: HealthReporter | null = null;
  sfDevs: SfDevTable | null = null;
  sfTable: SfTable | null = null;
  readonly #listeners = new Set<(event: Mlx5Event) => void>();

  constructor(global: Mlx5Global, device: Device, hca: Hca, devlink: DevlinkInstance, id: number) {
    this.global = global;
    this.device = device;
    this.hca = hca;
    this.kind = hca.kind;
    this.devlink = devlink;
    this.id = id;
    this.caps = hca.caps;
  }

  get core(): DriverCore {
    return this.device.core;
  }

  /** @internal For `logOf`. */
  get name(): string {
    return this.device.name;
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  /**
   * A command to the firmware, whose answer does not matter. On a device that is in error, what would undo something is done, and the rest fails.
   *
   * @throws {BusError} `ENXIO` the device is in error; else as the firmware says
   */
  async command<Name extends CommandName>(name: Name, input: Commands[Name]["in"]): Promise<void> {
    if (this.state !== "INTERNAL_ERROR" || !UNDOING.test(name)) await this.query(name, input);
  }

  /** As `command`, for those that answer something. */
  async query<Name extends CommandName>(name: Name, input: Commands[Name]["in"]): Promise<Commands[Name]["out"]> {
    if (this.state !== "INTERNAL_ERROR") return this.hca.command(name, input);
    throw new BusError("ENXIO", `${name}: the device is in error`, { op: name, device: this.name });
  }

  subscribe(fn: (event: Mlx5Event) => void): Disposable {
    this.#listeners.add(fn);
    return new Disposer(() => void this.#listeners.delete(fn));
  }

  /** Calls the notifier chain. */
  notify(event: Mlx5Event): void {
    for (const fn of this.#listeners) {
      try {
        fn(event);
      } catch (error) {
        logOf(this.device, "error", `a listener failed: ${String(error)}`, error);
      }
    }
  }
}
