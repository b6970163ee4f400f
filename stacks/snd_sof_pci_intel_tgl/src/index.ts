import type { DriverCore, Module } from "auxbus";
import { PciBus } from "@auxbus/pci";
import { tglDriver } from "./driver.ts";

export interface ModuleContext {
  readonly core: DriverCore;
  readonly module: Module;
}

/** Registers the PCI driver `sof-audio-pci-intel-tgl`. */
export async function init({ core, module }: ModuleContext): Promise<void> {
  await PciBus.of(core).register(tglDriver(module), { module });
}

export async function exit({ core }: ModuleContext): Promise<void> {
  await PciBus.of(core).unregister("sof-audio-pci-intel-tgl");
}

export { tglDriver } from "./driver.ts";
