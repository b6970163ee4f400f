import type { DriverCore, ModuleContext } from "auxbus";
import { Control } from "@auxbus/control";
import { Devlink } from "./devlink.ts";
import { devlinkVerbs } from "./verbs.ts";

/** What is on the command line because of this module. */
const commands = new WeakMap<DriverCore, Disposable>();

/** Makes devlink there for all, and its commands. */
export function init({ core }: ModuleContext): void {
  commands.set(core, Control.of(core).addAll(devlinkVerbs(Devlink.of(core))));
}

export function exit({ core }: ModuleContext): void {
  commands.get(core)?.[Symbol.dispose]();
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
