import type { NetDevice, NetDeviceOps } from "./net-device.ts";

export const BOND_MODES = ["active-backup", "balance-xor", "balance-rr"] as const;

/** How a bond spreads what it sends. */
export type BondMode = (typeof BOND_MODES)[number];

/** Several network devices that look like one. */
export class Bond implements NetDeviceOps {
  readonly name: string;
  readonly mode: BondMode;
  /** The bond's own device. */
  dev: NetDevice | null = null;
  readonly #slaves: NetDevice[] = [];
  #active: NetDevice | null = null;
  #turn = 0;

  constructor(name: string, mode: BondMode) {
    this.name = name;
    this.mode = mode;
  }

  slaves(): NetDevice[] {
    return [...this.#slaves];
  }

  info(): { name: string; mode: BondMode; slaves: string[]; active: string | null } {
    const active = this.mode === "active-backup" ? (this.#active?.name ?? null) : null;
    return { name: this.name, mode: this.mode, slaves: this.#slaves.map(({ name }) => name), active };
  }

  add(slave: NetDevice): void {
    if (this.#slaves.length === 0) this.dev?.takeMac(slave.mac);
    this.#slaves.push(slave);
    slave.masterDev = this.dev;
    slave.rxHandler = (frame) => this.dev?.receive(frame);
  }

  remove(slave: NetDevice): void {
    const index = this.#slaves.indexOf(slave);
    if (index !== -1) this.#slaves.splice(index, 1);
    slave.masterDev = null;
    slave.rxHandler = null;
  }

  /** After a slave has changed: which one is active, and whether there is a link. @returns whether anything changed */
  update(): boolean {
    const usable = this.#slaves.filter((slave) => slave.running);
    const active = this.#active !== null && usable.includes(this.#active) ? this.#active : (usable[0] ?? null);
    const changed = active !== this.#active;
    this.#active = active;
    this.dev?.setCarrier(usable.length > 0);
    return changed;
  }

  xmit(frame: Uint8Array): boolean {
    const slave = this.#pick(frame);
    if (slave === null) return false;
    slave.xmit(frame);
    return true;
  }

  #pick(frame: Uint8Array): NetDevice | null {
    if (this.mode === "active-backup") return this.#active;
    const usable = this.#slaves.filter((slave) => slave.running);
    if (usable.length === 0) return null;
    // As the kernel's layer2 hash: the last bytes of the two addresses.
    const turn = this.mode === "balance-rr" ? this.#turn++ : (frame[5] ?? 0) ^ (frame[11] ?? 0);
    return usable[turn % usable.length] ?? null;
  }
}
