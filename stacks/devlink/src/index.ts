import { moduleVerbs, type ModuleVerbs } from "@auxbus/control";
import { devlinkCommands } from "./commands.ts";
import { Devlink } from "./devlink.ts";

const commands = moduleVerbs((core) => devlinkCommands(Devlink.of(core)));

/** Makes devlink there for all, and its commands. */
export const init: ModuleVerbs["init"] = commands.init;

export const exit: ModuleVerbs["exit"] = commands.exit;

export { Devlink, type DevlinkEvent } from "./devlink.ts";
export type { HealthReporter, HealthReporterInfo, HealthReporterSpec } from "./health.ts";
export {
  type DevlinkInfo,
  type DevlinkInstance,
  type DevlinkOps,
  type EswitchMode,
  RELOAD_ACTIONS,
  type ReloadAction,
} from "./instance.ts";
export type { DevlinkParam, DevlinkParamInfo, DevlinkParamValue, DriverinitParam, RuntimeParam } from "./params.ts";
export type { DevlinkPort, DevlinkPortFunction, DevlinkPortInfo, DevlinkPortOps, PortAddSpec } from "./ports.ts";
