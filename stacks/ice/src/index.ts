import type { ModuleContext } from "auxbus";
import { PciBus } from "@auxbus/pci";
import { pciDriver } from "./main.ts";

export async function init({ core, module }: ModuleContext): Promise<void> {
  await PciBus.of(core).register(pciDriver(core), { module });
}

export async function exit({ core }: ModuleContext): Promise<void> {
  await PciBus.of(core).unregister("ice");
}

export { type IceQos, type IceRdmaFunction, IIDC_EVENT, type IidcEvent } from "./api.ts";
