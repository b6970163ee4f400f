import { AsyncLocalStorage } from "node:async_hooks";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { type Device, DriverCore } from "auxbus";
import { Devlink } from "@auxbus/devlink";
import { type HostKind, ModuleIndex, Modules, type ModulesOptions } from "@auxbus/modules";
import { NetDevices } from "@auxbus/netdev";
import { Dma, PciBus, type PciDevice } from "@auxbus/pci";
import { Rdma } from "@auxbus/rdma";
import { EthernetSwitch } from "@auxbus/sim_net";
import { VirtualRuntime } from "@auxbus/testing";
import { Vdpa } from "@auxbus/vdpa";
import { expect } from "vitest";

/** Modules whose drivers may run elsewhere: all tests are run for each place. */
const ISOLABLE = ["mlx5_ib", "mlx5_vdpa", "irdma"] as const;

const KIND = isolationOf(process.env["AUXBUS_TEST_ISOLATION"]);

function isolationOf(text: string | undefined): HostKind | "none" {
  if (text === undefined) return "none";
  if (text === "worker" || text === "process") return text;
  throw new Error(`AUXBUS_TEST_ISOLATION is worker or process, not ${text}`);
}

/** What is installed; its sources are imported already, so that loading a module takes no real time. */
const installed = ModuleIndex.depmod([join(import.meta.dirname, "../..")]).then(async (index) => {
  for (const { folder } of index.modules.values()) {
    if (folder.includes("/stacks/")) await import(pathToFileURL(join(folder, "src/index.ts")).href);
  }
  return index;
});

export interface RigOptions extends Omit<ModulesOptions, "index" | "isolation"> {
  /** Modules are loaded when devices appear (yes). */
  readonly autoload?: boolean;
  readonly releaseDelay?: () => number;
}

/** A machine with network cards, in virtual time, that writes down what happens. */
export class Rig {
  readonly runtime: VirtualRuntime = new VirtualRuntime({ context: new AsyncLocalStorage() });
  readonly core: DriverCore;
  readonly modules: Modules;
  readonly network: EthernetSwitch;
  readonly pci: PciBus;
  readonly netdevs: NetDevices;
  readonly rdma: Rdma;
  readonly vdpa: Vdpa;
  readonly devlink: Devlink;
  readonly #log: string[] = [];
  readonly #said: string[] = [];
  readonly #devices = new Set<Device>();
  readonly #plugged: PciDevice[] = [];

  private constructor(index: ModuleIndex, { autoload = true, releaseDelay, ...options }: RigOptions) {
    this.core = new DriverCore({ runtime: this.runtime, ...(releaseDelay && { releaseDelay }) });
    const isolation = Object.fromEntries(ISOLABLE.map((name) => [name, KIND]));
    this.modules = new Modules(this.core, { index, isolation, ...options });
    this.runtime.outside.add(() => this.modules.isolation.rest());
    this.network = new EthernetSwitch(this.runtime);
    this.pci = PciBus.of(this.core);
    this.netdevs = NetDevices.of(this.core);
    this.rdma = Rdma.of(this.core);
    this.vdpa = Vdpa.of(this.core);
    this.devlink = Devlink.of(this.core);
    this.core.uevents.subscribe(({ action, devpath, subsystem, device }) => {
      if (subsystem === "bus" || subsystem === "drivers" || subsystem === "module") return;
      this.#log.push(`${action} ${devpath.split("/").at(-1) ?? ""}`);
      if (device?.bus != null) this.#devices.add(device);
      this.#checkExclusive();
    });
    this.devlink.subscribe(({ type, handle }) => void this.#log.push(`devlink ${type} ${handle}`));
    this.core.log.subscribe(({ level, message }) => {
      this.#said.push(message);
      if (level === "error" || level === "warn") this.#log.push(`${level}: ${message}`);
    });
    if (autoload) this.modules.autoload.start();
  }

  static async of(options: RigOptions = {}): Promise<Rig> {
    const { modules, problems } = await installed;
    // The sources, so that tests and modules have the same classes; a worker runs what was built.
    const sources = [...modules.values()].map((info) => {
      const elsewhere = KIND !== "none" && ISOLABLE.some((name) => name === info.name);
      return elsewhere ? info : { ...info, entry: "src/index.ts" };
    });
    return new Rig(new ModuleIndex({ modules: sources, problems }), options);
  }

  /** Lets whatever `promise` needs happen, time included. */
  async run<T>(promise: Promise<T> | T, most = 600_000): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    Promise.resolve(promise).then(settle, settle);
    await this.#rest();
    for (const end = this.runtime.now() + most; !settled;) {
      const next = this.runtime.nextTimer;
      if (next === undefined || next > end) throw new Error(`nothing happens any more at ${this.runtime.now()} ms`);
      await this.runtime.advance(next - this.runtime.now());
      await this.#rest();
    }
    await this.#rest();
    return promise;
  }

  /** Everything that can happen without time passing; importing a module takes some turns of the real event loop. */
  async #rest(): Promise<void> {
    await this.runtime.runUntilIdle();
    const loading = (): boolean => this.modules.lsmod().some(({ state }) => state === "loading");
    for (let turn = 0; loading() && (turn < 5 || (turn < 1000 && this.runtime.nextTimer === undefined)); turn++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await this.runtime.runUntilIdle();
    }
  }

  /** Lets time pass, and everything that is set off by it happen. */
  async pass(ms: number): Promise<void> {
    const end = this.runtime.now() + ms;
    for (;;) {
      await this.#rest();
      const next = this.runtime.nextTimer;
      if (next === undefined || next > end) break;
      await this.runtime.advance(next - this.runtime.now());
    }
    await this.runtime.advance(Math.max(0, end - this.runtime.now()));
    await this.#rest();
  }

  /** All that was set off has happened: modules that devices want are loaded. */
  async settle(): Promise<void> {
    await this.run(this.modules.autoload.idle());
    await this.pass(50);
    while (this.modules.autoload.busy) {
      await this.run(this.modules.autoload.idle());
      await this.pass(50);
    }
  }

  /** Remembers what is in a slot, to take it out at the end. */
  plugged(...devices: readonly PciDevice[]): void {
    this.#plugged.push(...devices);
  }

  /** Takes a function out of its slot. */
  async unplug(device: PciDevice): Promise<void> {
    await this.run(device.destroy());
  }

  /** Uevents, devlink instances, warnings and errors since the last time. */
  since(): string[] {
    return this.#log.splice(0);
  }

  /** Of what has happened since the last time, what matches. */
  sinceOf(pattern: RegExp): string[] {
    return this.since().filter((line) => pattern.test(line));
  }

  /** What the kernel log has said since the last time, all levels. */
  said(): string[] {
    return this.#said.splice(0);
  }

  /** Names of the auxiliary devices there are, in bus order, with their drivers. */
  aux(): string[] {
    return [...this.core.auxiliary.devices()].map(({ name, driver }) => (driver === null ? `${name} -` : name));
  }

  netdevNames(): string[] {
    return this.netdevs.list().map(({ name }) => name);
  }

  ibNames(): string[] {
    return this.rdma.list().map(({ name }) => name);
  }

  lsmod(): string[] {
    return this.modules.lsmod().map(({ name }) => name);
  }

  /** What holds at any moment: slices that exclude one another. */
  #checkExclusive(): void {
    const names = [...this.core.auxiliary.devices()].map(({ name }) => name);
    const rdma = names.filter((name) => /^mlx5_core\.(?:rdma|rdma-rep|multiport)\.\d+$/.test(name)).map(idOf);
    expect(new Set(rdma).size, `one RDMA slice for each function: ${names.join(" ")}`).toBe(rdma.length);
    const ice = [...this.core.auxiliary.devices()].filter(({ name }) => name.startsWith("ice."));
    expect(new Set(ice.map(({ parent }) => parent)).size, "one slice for each ice function").toBe(ice.length);
  }

  /** Takes everything away, and looks whether anything is left: the invariants. */
  async end(): Promise<void> {
    const { core } = this;
    this.modules.autoload.stop();
    if (core.power.suspended) await this.run(core.power.resume());
    for (const context of this.rdma.contexts()) await this.run(context.close());
    for (const { name } of this.netdevs.bonds()) await this.run(this.netdevs.delBond(name));
    for (const device of this.#plugged.splice(0).toReversed()) {
      if (device.state === "added") await this.unplug(device);
    }
    await this.run(this.modules.shutdown());
    await this.run(core.settle());
    await this.runtime.runUntilIdle();
    expect(this.modules.lsmod(), "modules").toEqual([]);
    expect(this.modules.isolation.hosts(), "workers and processes").toEqual([]);
    expect(
      [...core.auxiliary.devices()].map(({ name }) => name),
      "auxiliary devices",
    ).toEqual([]);
    expect(
      [...core.auxiliary.drivers()].map(({ name }) => name),
      "auxiliary drivers",
    ).toEqual([]);
    expect(
      [...this.pci.devices()].map(({ name }) => name),
      "PCI devices",
    ).toEqual([]);
    expect(
      [...this.pci.drivers()].map(({ name }) => name),
      "PCI drivers",
    ).toEqual([]);
    expect(this.netdevNames(), "network devices").toEqual([]);
    expect(this.ibNames(), "RDMA devices").toEqual([]);
    expect(this.rdma.contexts(), "users of RDMA").toEqual([]);
    expect(this.vdpa.mgmtdevs(), "vDPA management devices").toEqual([]);
    expect(this.vdpa.devices(), "vDPA devices").toEqual([]);
    expect(this.devlink.list(), "devlink instances").toEqual([]);
    expect(this.netdevs.rtnl.locked, "the RTNL").toBe(false);
    expect(Dma.of(core).size, "DMA mappings").toBe(0);
    expect(core.deferred.list(), "deferred probes").toEqual([]);
    for (const device of this.#devices) expect(device.state, device.name).toBe("released");
    for (const bridge of core.devices()) expect(bridge.name, "what stays").toMatch(/^pci/);
    // The driver core waits once for drivers that never come.
    await this.runtime.advance(core.deferredProbeTimeout);
    expect(this.runtime.timers, "timers").toBe(0);
  }
}

function idOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
