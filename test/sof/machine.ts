import { type Device, DriverCore, Module } from "auxbus";
import { Debugfs } from "@auxbus/debugfs";
import { PciBus, type PciDevice } from "@auxbus/pci";
import { type DspOptions, SimulatedDsp } from "@auxbus/sim_sof_dsp";
import { plugDsp } from "@auxbus/sim_tgl_machine";
import * as flood from "@auxbus/snd_sof_ipc_flood_test";
import * as injector from "@auxbus/snd_sof_ipc_msg_injector";
import * as glue from "@auxbus/snd_sof_pci_intel_tgl";
import * as probes from "@auxbus/snd_sof_probes";
import { Sound } from "@auxbus/sound";
import { VirtualRuntime } from "@auxbus/testing";
import { expect } from "vitest";

const CLIENTS = ["snd_sof_ipc_flood_test", "snd_sof_ipc_msg_injector", "snd_sof_probes"] as const;

type ClientModule = (typeof CLIENTS)[number];

/** A machine with the SOF stack, in virtual time, that writes down what happens. */
export class Machine {
  readonly runtime = new VirtualRuntime();
  readonly core: DriverCore;
  readonly debugfs: Debugfs;
  readonly sound: Sound;
  readonly log: string[] = [];
  readonly modules = new Map<string, Module>();
  #pci: PciDevice | undefined;

  constructor(options: { readonly testDriverRemove?: boolean } = {}) {
    this.core = new DriverCore({ runtime: this.runtime, ...options });
    this.debugfs = Debugfs.of(this.core);
    this.sound = Sound.of(this.core);
    this.core.uevents.subscribe(({ action, devpath }) => this.log.push(`${action} ${devpath.split("/").at(-1)}`));
    this.core.log.subscribe(({ level, message }) => {
      if (level !== "debug") this.log.push(`${level}: ${message}`);
    });
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

  async load(
    name: ClientModule | "snd_sof_pci_intel_tgl",
    params: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const module = this.module(name);
    const { core } = this;
    if (name === "snd_sof_pci_intel_tgl") await this.run(glue.init({ core, module }));
    else if (name === "snd_sof_probes") await this.run(probes.init({ core, module, params }));
    else {
      const { driver } = name === "snd_sof_ipc_flood_test" ? flood : injector;
      await this.run(core.auxiliary.register(driver, { module }));
    }
  }

  async unload(name: ClientModule | "snd_sof_pci_intel_tgl"): Promise<void> {
    const { core } = this;
    if (name === "snd_sof_pci_intel_tgl") await this.run(glue.exit({ core, module: this.module(name) }));
    else await this.run(core.auxiliary.unregister(name));
    this.modules.delete(name);
  }

  async plug(options?: DspOptions): Promise<PciDevice> {
    this.#pci = await this.run(plugDsp(this.core, options));
    return this.#pci;
  }

  /** Everything loaded and booted. */
  static async booted(params: Readonly<Record<string, string>> = {}, options?: DspOptions): Promise<Machine> {
    const machine = new Machine();
    await machine.load("snd_sof_pci_intel_tgl");
    for (const name of CLIENTS) await machine.load(name, params);
    await machine.plug(options);
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

  write(file: string, data: string | Uint8Array): Promise<number> {
    return this.run(this.debugfs.write(file, data));
  }

  read(file: string): Promise<string> {
    return this.run(this.debugfs.read(file));
  }

  /** The log since the last time. */
  since(): string[] {
    return this.log.splice(0);
  }

  /** Takes everything away again, and looks whether anything is left. */
  async end(): Promise<void> {
    if (this.core.power.suspended) await this.run(this.core.power.resume());
    if (this.#pci?.state === "added") await this.run(this.#pci.destroy());
    for (const name of [...CLIENTS, "snd_sof_pci_intel_tgl"] as const)
      if (this.modules.has(name)) await this.unload(name);
    await this.runtime.runUntilIdle();
    expect([...this.core.auxiliary.devices()], "auxiliary devices").toEqual([]);
    expect([...this.core.auxiliary.drivers()], "auxiliary drivers").toEqual([]);
    expect([...PciBus.of(this.core).devices()], "PCI devices").toEqual([]);
    expect(this.sound.cards(), "sound cards").toEqual([]);
    expect(this.sound.components(), "sound components").toEqual([]);
    expect(this.debugfs.list(""), "debugfs").toEqual([]);
    expect([...this.modules.values()].filter((module) => module.refs > 0)).toEqual([]);
    if (this.#pci !== undefined) {
      expect(this.dsp.freeStreams, "DMA streams").toBe(4);
      expect(this.dsp.state).toBe("off");
      expect(this.#pci.state).toBe("released");
    }
  }
}
