import type { Module } from "auxbus";
import type { IsolationKind, ModuleInfo } from "./module-info.ts";
import type { ParamSet } from "./param-set.ts";
import type { RunningModule } from "./running-module.ts";

export type ModuleState = "loading" | "live" | "unloading";

/** A module that is loaded, or just being loaded or unloaded. */
export interface LoadedModule {
  info: ModuleInfo;
  readonly module: Module;
  readonly isolation: IsolationKind;
  readonly params: ParamSet;
  state: ModuleState;
  /** Somebody has asked for it by name, not only for what depends on it. */
  byHand: boolean;
  /** The modules that it keeps loaded. */
  readonly holds: LoadedModule[];
  /** The modules that were not there before they were loaded for it. */
  readonly brought: LoadedModule[];
  running: RunningModule | null;
  /** When its `init` is done; rejected when that fails. */
  live: Promise<void>;
  /** When it is unloaded. */
  gone: Promise<void> | null;
  /** When the last parameter is written. */
  writing: Promise<void>;
}

/** One line of `lsmod`. */
export interface ModuleStatus {
  readonly name: string;
  readonly version: string;
  readonly state: ModuleState;
  readonly isolation: IsolationKind;
  /** How many references keep it. */
  readonly refs: number;
  /** Who has them. */
  readonly usedBy: readonly string[];
  readonly params: Readonly<Record<string, string | number | boolean>>;
}

export function statusOf({ info, module, state, isolation, params }: LoadedModule): ModuleStatus {
  return {
    name: info.name,
    version: info.version,
    state,
    isolation,
    refs: module.refs,
    usedBy: module.users(),
    params: params.all(),
  };
}
