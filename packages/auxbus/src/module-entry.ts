import type { AuxiliaryDriver } from "./auxiliary-driver.ts";
import type { DriverCore } from "./core.ts";
import type { Done } from "./driver.ts";
import type { Module } from "./module.ts";

/** A module parameter's value, in the type that the module declares for it. */
export type ParamValue = string | number | boolean;

/** Values by name; those that can be written while the module runs give the present value at every look. */
export type ModuleParams = Readonly<Record<string, ParamValue>>;

/** What a module is started with. */
export interface ModuleContext {
  readonly core: DriverCore;
  /** The module itself, to register drivers as its own. */
  readonly module: Module;
  readonly params: ModuleParams;
}

/**
 * What the entry of a module exports: `init` and `exit` (the kernel's `module_init` and `module_exit`), or just a
 * `driver`, which is registered for it. A library, that others import, has nothing to start and exports neither.
 */
export interface ModuleEntry {
  readonly init?: (context: ModuleContext) => Done;
  /** Undoes `init`. Not called when `init` has failed, which cleans up after itself. */
  readonly exit?: (context: ModuleContext) => Done;
  readonly driver?: AuxiliaryDriver;
  /** Hears that a writable parameter was written; `context.params` has the new value. A throw refuses the value. */
  readonly paramChanged?: (name: string, value: ParamValue) => Done;
}

/** A module that only registers one auxiliary driver (the kernel's `module_auxiliary_driver`). */
export function moduleAuxiliaryDriver(driver: AuxiliaryDriver): Required<Pick<ModuleEntry, "init" | "exit">> {
  return {
    async init({ core, module }) {
      await core.auxiliary.register(driver, { module });
    },
    async exit({ core, module }) {
      const name = driver.name === undefined ? module.name : `${module.name}.${driver.name}`;
      await core.auxiliary.unregister(name);
    },
  };
}
