import type { ModuleContext } from "auxbus";
import { PciBus } from "@auxbus/pci";
import { pciDriver } from "./main.ts";

export async function init({ core, module }: ModuleContext): Promise<void> {
  await PciBus.of(core).register(pciDriver(), { module });
}

export async function exit({ core }: ModuleContext): Promise<void> {
  await PciBus.of(core).unregister("idpf");
}

export type { IdpfCoreEvent, IdpfCoreFunction, IdpfVportFunction } from "./api.ts";
