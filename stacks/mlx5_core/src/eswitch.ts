import { BusError, logOf, Mutex, toError } from "auxbus";
import type { EswitchMode } from "@auxbus/devlink";
import type { Mlx5Rep, Mlx5RepOps } from "./api.ts";
import { rescan } from "./dev.ts";
import type { Mlx5CoreDev } from "./mdev.ts";

/** Ethernet before RDMA: the RDMA representor of a port needs its network device. */
const REP_TYPES = ["eth", "ib"] as const;

type RepType = (typeof REP_TYPES)[number];

/** No driver; a driver that could load it; loaded. */
type RepState = "UNREGISTERED" | "REGISTERED" | "LOADED";

interface Rep extends Mlx5Rep {
  readonly states: Record<RepType, RepState>;
}

/** Port number of the wire. */
export const UPLINK_VPORT = 0xffff;

/** The switch inside of a card, of one physical function that manages it. */
export class Eswitch {
  readonly #mdev: Mlx5CoreDev;
  readonly #reps: Rep[] = [newRep(UPLINK_VPORT, "uplink")];
  readonly #ops = new Map<RepType, Mlx5RepOps>();
  /** Drivers of representors and changes of the mode, one at a time. */
  readonly #repLock = new Mutex();
  #mode: EswitchMode = "legacy";
  /** Its representors are there, or should be. */
  #offloads = false;
  #changing = false;

  constructor(mdev: Mlx5CoreDev) {
    this.#mdev = mdev;
  }

  get mode(): EswitchMode {
    return this.#mode;
  }

  /** States of all representors, for looking at. */
  repStates(): { readonly vport: number; readonly eth: RepState; readonly ib: RepState }[] {
    return this.#reps.map(({ vport, states }) => ({ vport, ...states }));
  }

  /**
   * @throws {BusError} `EBUSY` somebody is at it; else why the new mode could not be set up: then it is as before
   */
  async setMode(mode: EswitchMode): Promise<void> {
    const { lag } = this.#mdev;
    if (this.#changing) throw new BusError("EBUSY", "Can't change mode, E-Switch is busy", { op: "eswitch" });
    this.#changing = true;
    // Bonding in hardware is undone, and not done again before the mode has changed.
    await lag?.disableChange();
    try {
      if (mode === "switchdev") await this.#toSwitchdev();
      else await this.#toLegacy();
    } finally {
      this.#changing = false;
      lag?.enableChange();
    }
  }

  async #toSwitchdev(): Promise<void> {
    const mdev = this.#mdev;
    this.#mode = "switchdev";
    try {
      await rescan(mdev);
      await this.#repLock.run(async () => {
        this.#offloads = true;
        for (const rep of this.#reps) for (const type of REP_TYPES) await this.#load(rep, type);
      });
    } catch (error) {
      logOf(mdev.device, "error", `Failed to enable switchdev: ${toError(error).message}`, error);
      await this.#unloadAll();
      this.#mode = "legacy";
      await rescan(mdev).catch((again: unknown) => {
        logOf(mdev.device, "error", `Failed to go back to legacy: ${toError(again).message}`, again);
      });
      throw error;
    }
    mdev.sfTable?.enable();
  }

  async #toLegacy(): Promise<void> {
    await this.#mdev.sfTable?.disable();
    await this.#unloadAll();
    this.#mode = "legacy";
    await rescan(this.#mdev);
  }

  /** Before the function is unloaded. */
  async disable(): Promise<void> {
    await this.#mdev.sfTable?.disable();
    await this.#unloadAll();
  }

  /** After the function was loaded again: as it was. */
  async enable(): Promise<void> {
    if (this.#mode !== "switchdev") return;
    await this.#repLock.run(async () => {
      this.#offloads = true;
      for (const rep of this.#reps) for (const type of REP_TYPES) await this.#load(rep, type);
    });
    this.#mdev.sfTable?.enable();
  }

  async #unloadAll(): Promise<void> {
    await this.#repLock.run(async () => {
      this.#offloads = false;
      for (const type of REP_TYPES.toReversed()) {
        for (const rep of this.#reps.toReversed()) await this.#unload(rep, type);
      }
    });
  }

  /** A driver for representors of this type has come. Those that are there are loaded at once. @throws one cannot be */
  async registerReps(type: RepType, ops: Mlx5RepOps): Promise<void> {
    await this.#repLock.run(async () => {
      this.#ops.set(type, ops);
      for (const rep of this.#reps) rep.states[type] = "REGISTERED";
      if (!this.#offloads || (type === "ib" && this.#mdev.global.options.earlyIbReps)) return;
      try {
        for (const rep of this.#reps) await this.#load(rep, type);
      } catch (error) {
        await this.#forget(type);
        throw error;
      }
    });
  }

  async unregisterReps(type: RepType): Promise<void> {
    await this.#repLock.run(() => this.#forget(type));
  }

  async #forget(type: RepType): Promise<void> {
    for (const rep of this.#reps.toReversed()) {
      await this.#unload(rep, type);
      rep.states[type] = "UNREGISTERED";
    }
    this.#ops.delete(type);
  }

  /** A function has come behind the eswitch. @throws its representor could not be loaded */
  async addRep(vport: number): Promise<void> {
    await this.#repLock.run(async () => {
      const rep = newRep(vport, "sf");
      for (const type of REP_TYPES) if (this.#ops.has(type)) rep.states[type] = "REGISTERED";
      this.#reps.push(rep);
      try {
        for (const type of REP_TYPES) if (this.#offloads) await this.#load(rep, type);
      } catch (error) {
        await this.#drop(rep);
        throw error;
      }
    });
  }

  async removeRep(vport: number): Promise<void> {
    await this.#repLock.run(async () => {
      const rep = this.#reps.find((r) => r.vport === vport);
      if (rep !== undefined) await this.#drop(rep);
    });
  }

  async #drop(rep: Rep): Promise<void> {
    for (const type of REP_TYPES.toReversed()) await this.#unload(rep, type);
    this.#reps.splice(this.#reps.indexOf(rep), 1);
  }

  async #load(rep: Rep, type: RepType): Promise<void> {
    if (rep.states[type] !== "REGISTERED") return;
    await this.#ops.get(type)?.load(rep);
    rep.states[type] = "LOADED";
  }

  async #unload(rep: Rep, type: RepType): Promise<void> {
    if (rep.states[type] !== "LOADED") return;
    rep.states[type] = "REGISTERED";
    try {
      await this.#ops.get(type)?.unload(rep);
    } catch (error) {
      logOf(this.#mdev.device, "warn", `a representor could not be unloaded: ${toError(error).message}`, error);
    }
  }
}

function newRep(vport: number, kind: Mlx5Rep["kind"]): Rep {
  return { vport, kind, states: { eth: "UNREGISTERED", ib: "UNREGISTERED" } };
}
