import type { ModuleContext } from "auxbus";
import { Devlink } from "./devlink.ts";

/** Makes devlink there for all. */
export function init({ core }: ModuleContext): void {
  Devlink.of(core);
}

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
