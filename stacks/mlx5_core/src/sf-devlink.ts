import { BusError, logOf, toError } from "auxbus";
import type { PortAddSpec } from "@auxbus/devlink";
import type { VhcaState } from "@auxbus/sim_connectx";
import type { Mlx5CoreDev } from "./mdev.ts";

interface Sf {
  readonly index: number;
  readonly sfnum: number;
  state: VhcaState;
}

/** Milliseconds that sub-functions may take to be let go of. */
const GIVE_BACK_TIMEOUT = 10_000;

/** What the firmware may say of its own, by where the sub-function is. */
const ACCEPTED: Partial<Record<VhcaState, VhcaState>> = {
  ACTIVE: "IN_USE",
  IN_USE: "ACTIVE",
  TEARDOWN_REQUEST: "ALLOCATED",
};

/** The sub-functions that an administrator has made on a function: its side of them, with devlink ports. */
export class SfTable {
  readonly #mdev: Mlx5CoreDev;
  /** Those that have a port. */
  readonly #sfs = new Map<number, Sf>();
  /** Without port already, but the firmware has not given them back yet. */
  readonly #deferred = new Map<number, Sf>();
  #enabled = false;
  /** Somebody waits until none is deferred. */
  #drained: (() => void) | null = null;

  constructor(mdev: Mlx5CoreDev) {
    this.#mdev = mdev;
  }

  /** How many there are, with those that are going. */
  get size(): number {
    return this.#sfs.size + this.#deferred.size;
  }

  /** The eswitch is in switchdev mode: there may be some. */
  enable(): void {
    this.#enabled = true;
  }

  /** The eswitch leaves switchdev mode: all of them go. */
  async disable(): Promise<void> {
    this.#enabled = false;
    for (const { index } of [...this.#sfs.values()]) await this.del(index);
    // A firmware that has failed gives nothing back; its reset does.
    if (this.#mdev.state === "INTERNAL_ERROR") this.#deferred.clear();
    if (this.#deferred.size === 0) return;
    const failed = this.#mdev.subscribe(({ type }) => {
      if (type === "SYS_ERROR") this.#drained?.();
    });
    // A firmware that was reset meanwhile says nothing any more.
    const late = this.#mdev.core.runtime.setTimer(() => this.#drained?.(), GIVE_BACK_TIMEOUT);
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
    failed[Symbol.dispose]();
    late.cancel();
    if (this.#deferred.size === 0) return;
    logOf(this.#mdev.device, "warn", `${this.#deferred.size} sub-functions were not given back`);
    this.#deferred.clear();
  }

  /**
   * `devlink port add … flavour pcisf pfnum P sfnum S`
   *
   * @returns the port's index
   * @throws {BusError} `EOPNOTSUPP` another flavour, or not in switchdev mode; `EINVAL` no or a bad number; `EEXIST`;
   *   `ENOSPC`
   */
  async add({ flavour, pfnum, sfnum }: PortAddSpec): Promise<number> {
    if (flavour !== "pcisf") throw refuse("EOPNOTSUPP", `Only a port of flavour pcisf can be added, not ${flavour}`);
    if (!this.#enabled) {
      throw refuse("EOPNOTSUPP", "Port add is only supported in eswitch switchdev mode or SF ports are disabled.");
    }
    if (sfnum === undefined)
      throw refuse("EINVAL", "User must provide unique sfnum. Driver does not support auto assignment");
    if (pfnum !== this.#mdev.hca.port) throw refuse("EINVAL", "Invalid pfnum supplied");
    const mdev = this.#mdev;
    const known = [...this.#sfs.values(), ...this.#deferred.values()].some((sf) => sf.sfnum === sfnum);
    if (known) throw refuse("EEXIST", "SF already exist. Choose different sfnum");
    const { index } = await mdev.query("ALLOC_SF", { sfnum });
    const sf: Sf = { index, sfnum, state: "ALLOCATED" };
    this.#sfs.set(index, sf);
    mdev.devlink.ports.register({
      index,
      flavour: "pcisf",
      pfnum,
      sfnum,
      netdev: () => null,
      function: () => ({
        state: sf.state === "ACTIVE" || sf.state === "IN_USE" ? "active" : "inactive",
        opstate: sf.state === "IN_USE" || sf.state === "TEARDOWN_REQUEST" ? "attached" : "detached",
      }),
    });
    try {
      await mdev.eswitch?.addRep(index);
    } catch (error) {
      await this.del(index);
      throw error;
    }
    return index;
  }

  /** `devlink port del`: the representor goes at once, the sub-function when its driver has let go of it. */
  async del(index: number): Promise<void> {
    const sf = this.#sfs.get(index);
    if (sf === undefined) throw refuse("ENODEV", `there is no sub-function ${index}`);
    const mdev = this.#mdev;
    await mdev.eswitch?.removeRep(index);
    mdev.devlink.ports.unregister(index);
    this.#sfs.delete(index);
    this.#deferred.set(index, sf);
    if (sf.state === "ALLOCATED") {
      await this.#giveBack(index);
      return;
    }
    if (sf.state === "TEARDOWN_REQUEST") return;
    await this.#deactivate(sf).catch((error: unknown) => {
      // Nobody will say that it is free: only a reset brings it back.
      logOf(mdev.device, "warn", `sub-function ${index} could not be disabled: ${toError(error).message}`, error);
      this.#deferred.delete(index);
    });
  }

  /** `devlink port function set … state` @throws {BusError} `EBUSY` its driver has not let go of it yet */
  async setState(index: number, state: "active" | "inactive"): Promise<void> {
    const sf = this.#sfs.get(index);
    if (sf === undefined) throw refuse("ENODEV", `there is no sub-function ${index}`);
    const active = sf.state === "ACTIVE" || sf.state === "IN_USE";
    if (active === (state === "active")) return;
    if (state === "inactive") {
      await this.#deactivate(sf);
      return;
    }
    if (sf.state === "TEARDOWN_REQUEST") throw refuse("EBUSY", "SF is inactivated but it is still attached");
    await this.#mdev.command("ENABLE_HCA", { sf: index });
    sf.state = "ACTIVE";
  }

  async #deactivate(sf: Sf): Promise<void> {
    const before = sf.state;
    // First: the answer may come at once.
    sf.state = "TEARDOWN_REQUEST";
    try {
      await this.#mdev.command("DISABLE_HCA", { sf: sf.index });
    } catch (error) {
      sf.state = before;
      throw error;
    }
  }

  /** The firmware says what has become of a sub-function. */
  stateChanged(index: number, state: VhcaState): void {
    const sf = this.#sfs.get(index) ?? this.#deferred.get(index);
    if (sf === undefined || ACCEPTED[sf.state] !== state) return;
    sf.state = state;
    if (state !== "ALLOCATED" || !this.#deferred.has(index)) return;
    void this.#giveBack(index);
  }

  async #giveBack(index: number): Promise<void> {
    try {
      await this.#mdev.command("DEALLOC_SF", { index });
    } catch (error) {
      logOf(
        this.#mdev.device,
        "warn",
        `sub-function ${index} could not be given back: ${toError(error).message}`,
        error,
      );
    }
    this.#deferred.delete(index);
    if (this.#deferred.size === 0) this.#drained?.();
  }
}

function refuse(code: "EOPNOTSUPP" | "EINVAL" | "EEXIST" | "EBUSY" | "ENODEV", why: string): BusError {
  return new BusError(code, why, { op: "port" });
}
