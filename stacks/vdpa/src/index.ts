import type { ModuleContext } from "auxbus";
import { Vdpa } from "./vdpa.ts";

/** Makes the vDPA subsystem there for all, also for drivers that run elsewhere. */
export function init({ core }: ModuleContext): void {
  Vdpa.of(core);
}

export { VdpaBus, type VdpaConfig, VdpaDevice } from "./vdpa-bus.ts";
export { Vdpa, type VdpaMgmtdevInfo, type VdpaMgmtdevSpec } from "./vdpa.ts";
