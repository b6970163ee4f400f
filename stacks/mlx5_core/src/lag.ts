import { DelayedWork, errnoOf, logOf } from "auxbus";
import { NetDevices, type NetEventType } from "@auxbus/netdev";
import { rescanLocked } from "./dev.ts";
import type { Mlx5Global } from "./global.ts";
import { FLAG, type Mlx5CoreDev } from "./mdev.ts";

/** Milliseconds until a change is tried again that found somebody else at work. */
const RETRY = 1000;

const INTERESTING: ReadonlySet<NetEventType> = new Set([
  "CHANGEUPPER",
  "CHANGELOWERSTATE",
  "BONDING_INFO",
  "UNREGISTER",
  "REGISTER",
]);

/** One RDMA device for all ports; or bonded on the eswitches, which leaves the RDMA devices as they are. */
type LagMode = "none" | "roce" | "sriov";

/**
 * Ports of one card that are bonded in hardware when their network devices are bonded. Network events only schedule
 * work: what it does takes locks that whoever tells of them may have.
 */
export class Lag {
  readonly #global: Mlx5Global;
  readonly #work: DelayedWork;
  readonly #listening: Disposable;
  /** The physical functions, in the order of the ports. */
  #members: Mlx5CoreDev[] = [];
  #mode: LagMode = "none";
  /** Changes of an eswitch's mode that are going on: no bonding meanwhile. */
  #modeChanges = 0;

  constructor(global: Mlx5Global) {
    this.#global = global;
    this.#work = new DelayedWork(global.core, () => this.#bondWork());
    this.#listening = NetDevices.of(global.core).subscribe(({ type }) => {
      if (INTERESTING.has(type)) this.#work.schedule();
    });
  }

  isActive(): boolean {
    return this.#mode !== "none";
  }

  isRoceActive(): boolean {
    return this.#mode === "roce";
  }

  get members(): readonly Mlx5CoreDev[] {
    return this.#members;
  }

  add(mdev: Mlx5CoreDev): void {
    this.#members = [...this.#members, mdev].toSorted((a, b) => a.hca.port - b.hca.port);
    this.#work.schedule();
  }

  /** Undoes the bonding, as a port of it goes. @returns whether it was the last */
  async remove(mdev: Mlx5CoreDev): Promise<boolean> {
    // No second rescan of the one that goes: it has none of its slices any more.
    if (this.isActive()) await this.#global.intfMutex.run(() => this.#deactivate(mdev));
    this.#members = this.#members.filter((member) => member !== mdev);
    if (this.#members.length > 0) return false;
    this.#listening[Symbol.dispose]();
    await this.#work.disable();
    return true;
  }

  /** Before an eswitch changes its mode: no bonding until it has. */
  async disableChange(): Promise<void> {
    this.#modeChanges++;
    if (this.isActive()) await this.#global.intfMutex.run(() => this.#deactivate(null));
  }

  enableChange(): void {
    this.#modeChanges--;
    this.#work.schedule();
  }

  async #bondWork(): Promise<void> {
    if (this.#modeChanges > 0) {
      this.#work.schedule(RETRY);
      return;
    }
    const done = await this.#global.intfMutex.tryRun(() => this.#doBond());
    if (!done) this.#work.schedule(RETRY);
  }

  async #doBond(): Promise<void> {
    const wanted = this.#wanted();
    if (wanted === this.#mode) return;
    if (this.isActive()) await this.#deactivate(null);
    if (wanted !== "none") await this.#activate(wanted);
  }

  #wanted(): LagMode {
    if (!this.#bonded()) return "none";
    const modes = new Set(this.#members.map(({ eswitch }) => eswitch?.mode ?? "legacy"));
    if (modes.size !== 1) return "none";
    if (modes.has("switchdev")) return "sriov";
    const roce = new Set(this.#members.map(({ caps, roce: on }) => caps.roce && on));
    return roce.size === 1 ? "roce" : "none";
  }

  /** All ports' network devices, and no others, are slaves of one bond that the hardware can be like. */
  #bonded(): boolean {
    const ports = this.#members.length;
    const [first] = this.#members;
    if (first === undefined || ports < 2 || ports !== first.caps.numLagPorts) return false;
    // One that is being taken down or up again counts as gone.
    if (this.#members.some((mdev) => !mdev.interfaceUp || mdev.has(FLAG.DISABLE_ALL_ADEV))) return false;
    const names = this.#members.map(({ uplink }) => uplink?.dev.name);
    const bond = NetDevices.of(this.#global.core)
      .bonds()
      .find(
        ({ slaves }) => slaves.length === ports && names.every((name) => name !== undefined && slaves.includes(name)),
      );
    return bond !== undefined && bond.mode !== "balance-rr";
  }

  /** With the lock held. */
  async #activate(mode: "roce" | "sriov"): Promise<void> {
    const [first, ...others] = this.#members;
    if (first === undefined) return;
    if (mode === "roce") for (const mdev of this.#members) await this.#disableIb(mdev);
    try {
      await first.command("CREATE_LAG", { ports: this.#members.length });
    } catch (error) {
      logOf(first.device, "error", `Failed to create LAG (${errnoOf(error)})`, error);
      if (mode === "roce") {
        logOf(first.device, "error", "Failed to activate RoCE LAG");
        for (const mdev of this.#members) await this.#enableIb(mdev);
      }
      return;
    }
    this.#mode = mode;
    logOf(first.device, "info", `lag map: ${mode}, ${this.#members.length} ports`);
    if (mode !== "roce") return;
    await this.#enableIb(first);
    for (const mdev of others) await this.#roce(mdev, true);
  }

  /** With the lock held. @param going the function that goes: its slices are not made again */
  async #deactivate(going: Mlx5CoreDev | null): Promise<void> {
    const [first, ...others] = this.#members;
    const mode = this.#mode;
    if (first === undefined || mode === "none") return;
    if (mode === "roce") {
      await this.#disableIb(first);
      for (const mdev of others) await this.#roce(mdev, false);
    }
    this.#mode = "none";
    try {
      await first.command("DESTROY_LAG", {});
    } catch (error) {
      logOf(first.device, "error", `Failed to destroy LAG (${errnoOf(error)})`, error);
    }
    if (mode === "roce") for (const mdev of this.#members) if (mdev !== going) await this.#enableIb(mdev);
    if (going !== null) going.flags &= ~FLAG.DISABLE_IB_ADEV;
  }

  async #disableIb(mdev: Mlx5CoreDev): Promise<void> {
    if (mdev.has(FLAG.DISABLE_ALL_ADEV)) return;
    mdev.flags |= FLAG.DISABLE_IB_ADEV;
    await rescanLocked(mdev);
  }

  /** A slot that cannot be made is logged, and the others go on. */
  async #enableIb(mdev: Mlx5CoreDev): Promise<void> {
    if (mdev.has(FLAG.DISABLE_ALL_ADEV)) return;
    mdev.flags &= ~FLAG.DISABLE_IB_ADEV;
    await rescanLocked(mdev);
  }

  async #roce(mdev: Mlx5CoreDev, enable: boolean): Promise<void> {
    try {
      await mdev.command("NIC_VPORT_ENABLE_ROCE", { enable });
    } catch (error) {
      logOf(mdev.device, "warn", `RoCE could not be ${enable ? "enabled" : "disabled"}`, error);
    }
  }
}

/** A physical function is loaded: it may be bonded with the others of its card. */
export function lagAdd(mdev: Mlx5CoreDev): void {
  if (mdev.kind !== "PF" || mdev.caps.numLagPorts < 2) return;
  const { lags } = mdev.global;
  const lag = lags.get(mdev.hca.card) ?? new Lag(mdev.global);
  lags.set(mdev.hca.card, lag);
  mdev.lag = lag;
  lag.add(mdev);
}

export async function lagRemove(mdev: Mlx5CoreDev): Promise<void> {
  const { lag } = mdev;
  mdev.lag = null;
  if (lag !== null && (await lag.remove(mdev))) mdev.global.lags.delete(mdev.hca.card);
}
