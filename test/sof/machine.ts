import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { type Device, DriverCore, Module, type ModuleParams } from "auxbus";
import { Debugfs } from "@auxbus/debugfs";
import { PciBus, type PciDevice } from "@auxbus/pci";
import { type DspOptions, SimulatedDsp } from "@auxbus/sim_sof_dsp";
import { plugDsp } from "@auxbus/sim_tgl_machine";
import { FW_STATES, type FwState } from "@auxbus/snd_sof";
import * as flood from "@auxbus/snd_sof_ipc_flood_test";
import * as injector from "@auxbus/snd_sof_ipc_msg_injector";
import * as glue from "@auxbus/snd_sof_pci_intel_tgl";
import * as probes from "@auxbus/snd_sof_probes";
import { Sound } from "@auxbus/sound";
import { type HostKind, Isolation, type RunningModule } from "@auxbus/modules";
import { VirtualRuntime } from "@auxbus/testing";
import { expect } from "vitest";
import { expectLegal } from "./fw-transitions.ts";

export const GLUE = "snd_sof_pci_intel_tgl";
export const CLIENTS = ["snd_sof_ipc_flood_test", "snd_sof_ipc_msg_injector", "snd_sof_probes"] as const;
export const PCI_DRIVER = "sof-audio-pci-intel-tgl";
export const PCI_ADDRESS = "0000:00:1f.3";

type Params = ModuleParams;
type ModuleName = (typeof CLIENTS)[number] | typeof GLUE;

/** Where the clients' drivers run: all tests are run for each. */
const KIND = isolationOf(process.env["AUXBUS_TEST_ISOLATION"]);

function isolationOf(text: string | undefined): HostKind | "none" {
  if (text === undefined) return "none";
  if (text === "worker" || text === "process") return text;
  throw new Error(`AUXBUS_TEST_ISOLATION is worker or process, not ${text}`);
}

/** A machine with the SOF stack, in virtual time, that writes down what happens. */
export class Machine {
  readonly runtime = new VirtualRuntime();
  readonly core: DriverCore;
  readonly debugfs: Debugfs;
  readonly sound: Sound;
  readonly isolation: Isolation;
  readonly #isolated = new Map<string, RunningModule>();
  readonly modules = new Map<string, Module>();
  /** Where the firmware has been. */
  readonly fwStates: FwState[] = ["NOT_STARTED"];
  readonly #log: string[] = [];
  readonly #devices = new Set<Device>();
  #pci: PciDevice | undefined;

  constructor(options: { readonly testDriverRemove?: boolean } = {}) {
    this.core = new DriverCore({ runtime: this.runtime, ...options });
    this.isolation = new Isolation(this.core);
    if (KIND !== "none") this.runtime.outside.add(() => this.isolation.rest());
    this.debugfs = Debugfs.of(this.core);
    this.sound = Sound.of(this.core);
    this.core.uevents.subscribe(({ action, devpath, device }) => {
      this.#log.push(`${action} ${devpath.split("/").at(-1)}`);
      if (device?.bus !== null && device !== undefined) this.#devices.add(device);
    });
    this.core.log.subscribe(({ level, message }) => {
      const change = / fw_state change: (\d) -> (\d)$/.exec(message);
      if (change !== null) this.#fwStateChanged(Number(change[1]), Number(change[2]));
      else if (level !== "debug" && level !== "info") this.#log.push(`${level}: ${message}`);
    });
  }

  #fwStateChanged(from: number, to: number): void {
    expect(this.fwStates.at(-1)).toBe(FW_STATES[from]);
    this.fwStates.push(FW_STATES[to] ?? "NOT_STARTED");
  }

  /** Lets whatever `promise` needs happen, time included. */
  async run<T>(promise: Promise<T>, most = 60_000): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    promise.then(settle, settle);
    await this.runtime.runUntilIdle();
    for (const end = this.runtime.now() + most; !settled;) {
      const next = this.runtime.nextTimer;
      if (next === undefined || next > end) throw new Error(`nothing happens any more at ${this.runtime.now()} ms`);
      await this.runtime.advance(next - this.runtime.now());
    }
    return promise;
  }

  module(name: string): Module {
    const module = this.modules.get(name) ?? new Module(name);
    this.modules.set(name, module);
    return module;
  }

  async load(name: ModuleName, params: Params = {}): Promise<void> {
    const module = this.module(name);
    const { core } = this;
    if (name === GLUE) await this.run(glue.init({ core, module, params }));
    else if (KIND !== "none") {
      const folder = join(import.meta.dirname, "../../stacks", name);
      // What was built: a worker does not run TypeScript on every Node.
      const url = pathToFileURL(join(folder, "dist/index.js")).href;
      const running = this.isolation.start({ kind: KIND, module, url, folder, params });
      this.#isolated.set(name, await this.run(running));
    } else if (name === "snd_sof_probes") await this.run(probes.init({ core, module, params }));
    else {
      const { driver } = name === "snd_sof_ipc_flood_test" ? flood : injector;
      await this.run(core.auxiliary.register(driver, { module }));
    }
  }

  /** As `rmmod`: refused while the module is in use. */
  async unload(name: ModuleName): Promise<void> {
    const { core } = this;
    const module = this.module(name);
    module.startGoing();
    const isolated = this.#isolated.get(name);
    this.#isolated.delete(name);
    if (name === GLUE) await this.run(glue.exit({ core, module, params: {} }));
    else if (isolated !== undefined) await this.run(isolated.exit());
    else if (name === "snd_sof_probes") await this.run(probes.exit({ core, module, params: {} }));
    else await this.run(core.auxiliary.unregister(name));
    this.modules.delete(name);
  }

  async plug(options?: DspOptions): Promise<PciDevice> {
    this.#pci = await this.run(plugDsp(this.core, options));
    return this.#pci;
  }

  /** Everything loaded and booted. */
  static async booted(params: Params = {}, options?: DspOptions, gluesParams: Params = {}): Promise<Machine> {
    const machine = new Machine();
    await machine.load(GLUE, gluesParams);
    for (const name of CLIENTS) await machine.load(name, params);
    await machine.plug(options);
    machine.since();
    return machine;
  }

  get pci(): PciDevice {
    if (this.#pci === undefined) throw new Error("no DSP is plugged in");
    return this.#pci;
  }

  get dsp(): SimulatedDsp {
    const { hardware } = this.pci;
    if (!(hardware instanceof SimulatedDsp)) throw new Error("no DSP is plugged in");
    return hardware;
  }

  client(name: string): Device {
    const device = this.core.auxiliary.find(`snd_sof.${name}`);
    if (device === undefined) throw new Error(`no client ${name}`);
    return device;
  }

  /** Which driver a client has. */
  bound(name: string): string | undefined {
    return this.client(name).driver?.name;
  }

  bind(): Promise<void> {
    return this.run(PciBus.of(this.core).bind(PCI_DRIVER, PCI_ADDRESS));
  }

  unbind(): Promise<void> {
    return this.run(PciBus.of(this.core).unbind(PCI_DRIVER, PCI_ADDRESS));
  }

  unbindClient(driver: (typeof CLIENTS)[number], client: string): Promise<void> {
    return this.run(this.core.auxiliary.unbind(driver, `snd_sof.${client}`));
  }

  write(file: string, data: string | Uint8Array): Promise<number> {
    return this.run(this.debugfs.write(file, data));
  }

  read(file: string): Promise<string> {
    return this.run(this.debugfs.read(file));
  }

  /** Uevents, warnings and errors since the last time. */
  since(): string[] {
    return this.#log.splice(0);
  }

  /** Takes everything away again, and looks whether anything is left. */
  async end(): Promise<void> {
    const { core } = this;
    if (core.power.suspended) await this.run(core.power.resume());
    if (this.#pci?.state === "added") await this.run(this.#pci.destroy());
    for (const name of [...CLIENTS, GLUE] as const) if (this.modules.has(name)) await this.unload(name);
    // Those of a test's own.
    for (const driver of [...core.auxiliary.drivers()]) await this.run(driver.unregister());
    await this.run(core.settle());
    await this.runtime.runUntilIdle();
    expect(this.isolation.hosts(), "workers and processes").toEqual([]);
    expect([...core.auxiliary.devices()], "auxiliary devices").toEqual([]);
    expect([...core.auxiliary.drivers()], "auxiliary drivers").toEqual([]);
    expect([...PciBus.of(core).devices()], "PCI devices").toEqual([]);
    expect([...PciBus.of(core).drivers()], "PCI drivers").toEqual([]);
    expect(core.deferred.list(), "deferred probes").toEqual([]);
    expect(this.sound.cards(), "sound cards").toEqual([]);
    expect(this.sound.components(), "sound components").toEqual([]);
    expect(this.debugfs.list(""), "debugfs").toEqual([]);
    expect([...this.modules.values()].filter((module) => module.refs > 0)).toEqual([]);
    for (const device of this.#devices) expect(device.state, device.name).toBe("released");
    for (const bridge of core.devices()) expect(bridge.name, "what stays").toMatch(/^pci/);
    expect(this.runtime.timers, "timers").toBe(0);
    if (this.#pci !== undefined) {
      expect(this.dsp.faults.noStreams ? 4 : this.dsp.freeStreams, "DMA streams").toBe(4);
      expect(this.dsp.state).toBe("off");
      expect(this.dsp.onInterrupt, "interrupt").toBeNull();
    }
    expectLegal(this.fwStates);
  }
}
