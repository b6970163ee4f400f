import type { ModuleContext } from "auxbus";
import { PciBus } from "@auxbus/pci";
import { tglDriver } from "./driver.ts";

/** Registers the PCI driver `sof-audio-pci-intel-tgl`. */
export async function init({ core, module, params }: ModuleContext): Promise<void> {
  const driver = tglDriver(module, {
    s0ix: params["s0ix"] === true,
    floodClients: Number(params["flood_clients"] ?? 2),
  });
  await PciBus.of(core).register(driver, { module });
}

export async function exit({ core }: ModuleContext): Promise<void> {
  await PciBus.of(core).unregister("sof-audio-pci-intel-tgl");
}

export { tglDriver, type TglOptions } from "./driver.ts";
