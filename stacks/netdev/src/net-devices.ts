import {
  BusError,
  type Device,
  Disposer,
  type DriverCore,
  type IsolableCore,
  logOf,
  Mutex,
  type Remote,
  toError,
} from "auxbus";
import { Bond, type BondMode } from "./bond.ts";
import { checkMac } from "./ethernet.ts";
import { Inet } from "./inet.ts";
import { NetDevice, type NetDeviceSpec } from "./net-device.ts";
import type { NetDeviceInfo, NetEvent, NetEventType } from "./net-event.ts";

declare module "auxbus" {
  interface Services {
    readonly netdev: NetDevices;
  }
}

/** What is known of a bond; see `NetDevices.bonds`. */
export interface BondInfo {
  readonly name: string;
  readonly mode: BondMode;
  readonly slaves: readonly string[];
  /** The slave that sends, in the mode `active-backup`. */
  readonly active: string | null;
}

/**
 * The network devices of one driver core, and who wants to hear of them. Whatever changes them takes the RTNL, one
 * lock for all, as in the kernel; notifiers are called while it is held.
 */
export class NetDevices {
  readonly rtnl: Mutex = new Mutex();
  readonly inet: Inet;
  readonly #core: DriverCore;
  readonly #devices = new Map<string, NetDevice>();
  readonly #bonds = new Map<string, Bond>();
  /** The first interface of a Linux system is lo, with 1; no number is given twice. */
  #lastIfindex = 1;
  readonly #listeners = new Set<(event: NetEvent) => void>();
  #bondParent: Device | null = null;

  private constructor(core: DriverCore) {
    this.#core = core;
    this.inet = new Inet(core.runtime);
  }

  static of(core: DriverCore): NetDevices;
  static of(core: IsolableCore): Remote<NetDevices>;
  static of(core: IsolableCore): Remote<NetDevices> {
    return core.service("netdev", (core) => new NetDevices(core));
  }

  /** In the order of registration. */
  list(): NetDeviceInfo[] {
    return [...this.#devices.values()].map((dev) => dev.info());
  }

  devices(): NetDevice[] {
    return [...this.#devices.values()];
  }

  find(name: string): NetDevice | undefined {
    return this.#devices.get(name);
  }

  /** @throws {BusError} `ENODEV` there is no such device */
  get(name: string): NetDevice {
    const dev = this.#devices.get(name);
    if (dev !== undefined) return dev;
    const names = [...this.#devices.keys()].join(", ") || "none";
    throw new BusError("ENODEV", `there is no network device ${name}; there are ${names}`, { op: "netdev" });
  }

  bonds(): BondInfo[] {
    return [...this.#bonds.values()].map((bond) => bond.info());
  }

  /**
   * Hears what happens (`register_netdevice_notifier`), beginning with the devices that are there. What it throws,
   * or rejects with, is logged.
   */
  subscribe(fn: (event: NetEvent) => void): Disposable {
    this.#listeners.add(fn);
    for (const dev of this.#devices.values()) {
      this.#tell(fn, { type: "REGISTER", dev: dev.info() });
      if (dev.up) this.#tell(fn, { type: "UP", dev: dev.info() });
    }
    return new Disposer(() => void this.#listeners.delete(fn));
  }

  /**
   * Registers a network device (`register_netdev`); waits for the RTNL.
   *
   * @throws {BusError} `EEXIST` the name is taken; `EINVAL` the MAC address is none
   */
  register(spec: NetDeviceSpec): Promise<NetDevice> {
    return this.rtnl.run(() => this.#register(spec));
  }

  async #register(spec: NetDeviceSpec): Promise<NetDevice> {
    const mac = checkMac(spec.mac);
    const ifindex = ++this.#lastIfindex;
    const dev = new NetDevice(
      {
        changed: (changed, type) => this.notify(changed, type),
        received: (receiver, frame) => this.inet.receive(receiver, frame),
      },
      this.#nameFor(spec.name),
      ifindex,
      { ...spec, mac },
    );
    try {
      await dev.device.add();
    } catch (error) {
      dev.device.uninit();
      throw error;
    }
    this.#devices.set(dev.name, dev);
    this.notify(dev, "REGISTER");
    return dev;
  }

  #nameFor(pattern: string): string {
    if (!pattern.includes("%d")) return pattern;
    for (let n = 0; ; n++) {
      const name = pattern.replace("%d", String(n));
      if (!this.#devices.has(name)) return name;
    }
  }

  /** Stops a network device and takes it away; waits for the RTNL. Nothing when it has gone already. */
  unregister(dev: NetDevice): Promise<void> {
    return this.rtnl.run(() => this.#unregister(dev));
  }

  async #unregister(dev: NetDevice): Promise<void> {
    if (!dev.registered) return;
    const bond = dev.masterDev === null ? undefined : this.#bonds.get(dev.masterDev.name);
    if (bond !== undefined) this.#release(bond, dev);
    await this.#stop(dev);
    for (const address of dev.addressSet) this.#dropAddress(dev, address);
    this.notify(dev, "UNREGISTER");
    dev.registered = false;
    this.#devices.delete(dev.name);
    this.inet.forget(dev);
    await dev.device.destroy();
  }

  /** `ip link set NAME up|down`. @throws {BusError} `ENODEV`; else what its driver throws */
  setUp(name: string, up: boolean): Promise<void> {
    return this.rtnl.run(async () => {
      const dev = this.get(name);
      if (!up) await this.#stop(dev);
      else if (!dev.up) {
        if (!dev.present) throw new BusError("ENODEV", `${name} is not present`, { op: "up" });
        await dev.ops.open?.();
        dev.isUp = true;
        this.notify(dev, "UP");
      }
    });
  }

  async #stop(dev: NetDevice): Promise<void> {
    if (!dev.up) return;
    dev.isUp = false;
    try {
      await dev.ops.stop?.();
    } catch (error) {
      logOf(dev, "error", `its driver could not stop it: ${toError(error).message}`, error);
    }
    this.notify(dev, "DOWN");
  }

  /** `ip link set NAME mtu BYTES`. @throws {BusError} `ENODEV`; `EINVAL` out of range; else what its driver throws */
  setMtu(name: string, mtu: number): Promise<void> {
    return this.rtnl.run(async () => {
      const dev = this.get(name);
      const [min, max] = dev.mtuRange;
      if (!Number.isInteger(mtu) || mtu < min || mtu > max) {
        throw new BusError("EINVAL", `the MTU of ${name} is ${min} to ${max}, not ${mtu}`, { op: "mtu" });
      }
      await dev.ops.changeMtu?.(mtu);
      dev.mtuBytes = mtu;
      this.notify(dev, "CHANGEMTU");
    });
  }

  /** `ip addr add`. @throws {BusError} `ENODEV`; `EINVAL` no IPv4 address; `EEXIST` a device has it */
  addAddress(name: string, address: string): Promise<void> {
    return this.rtnl.run(() => {
      const dev = this.get(name);
      this.inet.checkAddress(address);
      const owner = this.devices().find(({ addressSet }) => addressSet.has(address));
      if (owner !== undefined) {
        throw new BusError("EEXIST", `${address} belongs to ${owner.name}`, { op: "addAddress" });
      }
      dev.addressSet.add(address);
      this.notify(dev, "ADDR_UP", { address });
    });
  }

  /** @throws {BusError} `ENODEV`; `ENOENT` it has no such address */
  delAddress(name: string, address: string): Promise<void> {
    return this.rtnl.run(() => {
      const dev = this.get(name);
      if (!dev.addressSet.has(address)) {
        throw new BusError("ENOENT", `${name} has no address ${address}`, { op: "delAddress" });
      }
      this.#dropAddress(dev, address);
    });
  }

  #dropAddress(dev: NetDevice, address: string): void {
    dev.addressSet.delete(address);
    this.notify(dev, "ADDR_DOWN", { address });
  }

  /** `ip link add NAME type bond mode MODE`. @throws {BusError} `EEXIST` */
  addBond(name: string, mode: BondMode): Promise<NetDevice> {
    return this.rtnl.run(async () => {
      if (this.#devices.has(name)) throw new BusError("EEXIST", `there is a ${name} already`, { op: "addBond" });
      this.#bondParent ??= this.#core.addRootDevice("bonding");
      const bond: Bond = new Bond(name, mode);
      const dev = await this.#register({ name, parent: this.#bondParent, mac: "00:00:00:00:00:00", ops: bond });
      bond.dev = dev;
      this.#bonds.set(name, bond);
      return dev;
    });
  }

  /** Releases its slaves and takes a bond away. @throws {BusError} `ENODEV` */
  delBond(name: string): Promise<void> {
    return this.rtnl.run(async () => {
      const bond = this.#bond(name);
      for (const slave of bond.slaves()) this.#release(bond, slave);
      this.#bonds.delete(name);
      await this.#unregister(this.get(name));
      if (this.#bonds.size > 0) return;
      await this.#bondParent?.destroy();
      this.#bondParent = null;
    });
  }

  /** `ip link set NAME master BOND`; brings the slave up. @throws {BusError} `ENODEV`; `EBUSY` it is a slave */
  enslave(name: string, master: string): Promise<void> {
    return this.rtnl.run(async () => {
      const bond = this.#bond(master);
      const dev = this.get(name);
      if (dev.masterDev !== null || this.#bonds.has(name)) {
        throw new BusError("EBUSY", `${name} is ${dev.masterDev === null ? "a bond" : "a slave"} already`, {
          op: "enslave",
        });
      }
      if (!dev.up) {
        await dev.ops.open?.();
        dev.isUp = true;
        this.notify(dev, "UP");
      }
      bond.add(dev);
      this.notify(dev, "CHANGEUPPER", { upper: { name: master, linking: true } });
      this.notify(dev, "CHANGELOWERSTATE");
      this.#bondChanged(bond);
    });
  }

  /** `ip link set NAME nomaster`. @throws {BusError} `ENODEV`; `EINVAL` it has no master */
  release(name: string): Promise<void> {
    return this.rtnl.run(() => {
      const dev = this.get(name);
      const bond = dev.masterDev === null ? undefined : this.#bonds.get(dev.masterDev.name);
      if (bond === undefined) throw new BusError("EINVAL", `${name} has no master`, { op: "release" });
      this.#release(bond, dev);
    });
  }

  #release(bond: Bond, dev: NetDevice): void {
    bond.remove(dev);
    this.notify(dev, "CHANGEUPPER", { upper: { name: bond.name, linking: false } });
    this.#bondChanged(bond);
  }

  #bond(name: string): Bond {
    const bond = this.#bonds.get(name);
    if (bond !== undefined) return bond;
    throw new BusError("ENODEV", `there is no bond ${name}`, { op: "bond" });
  }

  /** @internal */
  notify(dev: NetDevice, type: NetEventType, more: Pick<NetEvent, "upper" | "address"> = {}): void {
    const event: NetEvent = { type, dev: dev.info(), ...more };
    for (const fn of this.#listeners) this.#tell(fn, event);
    const bond = dev.masterDev === null ? undefined : this.#bonds.get(dev.masterDev.name);
    if (bond !== undefined && (type === "UP" || type === "DOWN" || type === "CHANGE")) {
      for (const fn of this.#listeners) this.#tell(fn, { type: "CHANGELOWERSTATE", dev: dev.info() });
      this.#bondChanged(bond);
    }
  }

  #bondChanged(bond: Bond): void {
    if (bond.update() && bond.dev !== null) this.notify(bond.dev, "BONDING_INFO");
  }

  #tell(fn: (event: NetEvent) => unknown, event: NetEvent): void {
    const failed = (error: unknown): void =>
      this.#core.log.error(`${event.dev.name}: a notifier failed: ${toError(error).message}`, { error });
    try {
      // A listener in a worker answers with a promise.
      const result = fn(event);
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
