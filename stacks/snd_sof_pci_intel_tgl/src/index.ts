import { BusError, type DriverCore, type Module } from "auxbus";
import { PciBus } from "@auxbus/pci";
import { tglDriver } from "./driver.ts";

export interface ModuleContext {
  readonly core: DriverCore;
  readonly module: Module;
  /** `s0ix`: 1 when a system suspend leaves the DSP awake (0). `flood_clients`: how many, 1 to 32 (2). */
  readonly params?: Readonly<Record<string, string>>;
}

/** Registers the PCI driver `sof-audio-pci-intel-tgl`. @throws {BusError} `EINVAL` for a parameter that is no number */
export async function init({ core, module, params = {} }: ModuleContext): Promise<void> {
  const driver = tglDriver(module, {
    s0ix: numberParam(params, "s0ix", 0) !== 0,
    floodClients: numberParam(params, "flood_clients", 2),
  });
  await PciBus.of(core).register(driver, { module });
}

export async function exit({ core }: ModuleContext): Promise<void> {
  await PciBus.of(core).unregister("sof-audio-pci-intel-tgl");
}

function numberParam(params: Readonly<Record<string, string>>, name: string, otherwise: number): number {
  const text = params[name];
  if (text === undefined) return otherwise;
  if (!/^\d+$/.test(text)) throw new BusError("EINVAL", `parameter ${name}=${text} is no number`, { op: "init" });
  return Number(text);
}

export { tglDriver, type TglOptions } from "./driver.ts";
