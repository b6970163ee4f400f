import type { DriverCore, ModuleContext } from "auxbus";
import { Control } from "@auxbus/control";
import { Vdpa } from "./vdpa.ts";
import { vdpaVerbs } from "./verbs.ts";

/** What is on the command line because of this module. */
const commands = new WeakMap<DriverCore, Disposable>();

/** Makes the vDPA subsystem there for all, also for drivers that run elsewhere; and its commands. */
export function init({ core }: ModuleContext): void {
  commands.set(core, Control.of(core).addAll(vdpaVerbs(Vdpa.of(core))));
}

export function exit({ core }: ModuleContext): void {
  commands.get(core)?.[Symbol.dispose]();
}

export { VdpaBus, type VdpaConfig, VdpaDevice } from "./vdpa-bus.ts";
export { Vdpa, type VdpaMgmtdevInfo, type VdpaMgmtdevSpec } from "./vdpa.ts";
