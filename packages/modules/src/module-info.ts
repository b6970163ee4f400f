import type { HostKind } from "./isolation/start-host.ts";
import type { ParamDefinition } from "./param.ts";

/** Where a module runs: with the bus, or in a worker or process. */
export type IsolationKind = "none" | HostKind;

/** What a package says about the module that it is. */
export interface ModuleInfo {
  /** As the kernel names modules: with _ for -. */
  readonly name: string;
  readonly packageName: string;
  readonly version: string;
  readonly description: string;
  /** The package's folder; for a module that is one file, the folder that it is in. */
  readonly folder: string;
  /** The file to import; null when the package exports nothing that could be imported. */
  readonly entry: string | null;
  readonly aliases: readonly string[];
  readonly softdep: { readonly pre: readonly string[]; readonly post: readonly string[] };
  /** Its parameters; null when it does not declare any: then it takes all, as texts. */
  readonly params: Readonly<Record<string, ParamDefinition>> | null;
  readonly isolation: IsolationKind;
  /** Modules among the packages that it depends on: loaded before it, and kept as long as it is loaded. */
  readonly depends: readonly string[];
}

/** `-` and `_` are the same in the names of modules. */
export function moduleName(name: string): string {
  return name.replaceAll("-", "_");
}

/** The name of the module that a package is, unless it says otherwise. */
export function nameOfPackage(packageName: string): string {
  return moduleName(packageName.slice(packageName.lastIndexOf("/") + 1)).replaceAll(/[^A-Za-z0-9_]/g, "_");
}
