import { moduleVerbs, type ModuleVerbs } from "@auxbus/control";
import { vdpaCommands } from "./commands.ts";
import { Vdpa } from "./vdpa.ts";

const commands = moduleVerbs((core) => vdpaCommands(Vdpa.of(core)));

/** Makes the vDPA subsystem there for all, also for drivers that run elsewhere; and its commands. */
export const init: ModuleVerbs["init"] = commands.init;

export const exit: ModuleVerbs["exit"] = commands.exit;

export { VdpaBus, type VdpaConfig, VdpaDevice } from "./vdpa-bus.ts";
export { Vdpa, type VdpaMgmtdevInfo, type VdpaMgmtdevSpec } from "./vdpa.ts";
