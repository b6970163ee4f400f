import { type AuxiliaryDriver, type Driver, type DriverCore, Module } from "auxbus";
import type { Params } from "./module-params.ts";
import type { ModuleSource } from "./module-source.ts";

/**
 * What the entry of a module exports: `init` and `exit`, or just a `driver`, which is registered for it. A library,
 * that others import, has nothing to start, as a kernel module without `module_init`.
 */
interface ModuleEntry {
  readonly init?: (context: { core: DriverCore; module: Module; params: Params }) => void | PromiseLike<void>;
  readonly exit?: (context: { core: DriverCore; module: Module }) => void | PromiseLike<void>;
  readonly driver?: AuxiliaryDriver;
}

/** A module could not be loaded or unloaded. */
export class ModuleError extends Error {
  override readonly name: string = "ModuleError";
}

/** A module that is running. */
export class LoadedModule {
  readonly module: Module;
  readonly #core: DriverCore;
  readonly #entry: ModuleEntry;
  #driver: Driver | undefined;

  private constructor(core: DriverCore, module: Module, entry: ModuleEntry) {
    this.#core = core;
    this.module = module;
    this.#entry = entry;
  }

  /** Imports a module and starts it. @throws {ModuleError} */
  static async load(source: ModuleSource, core: DriverCore, params: Params): Promise<LoadedModule> {
    const refuse = (cause: unknown): never => {
      throw new ModuleError(`cannot load module ${source.name}: ${message(cause)}`, { cause });
    };
    const entry: unknown = await import(source.url).catch(refuse);
    if (!isModuleEntry(entry, source.mayBeLibrary)) {
      throw new ModuleError(`${source.name} is no module: ${source.url} exports neither init and exit nor a driver`);
    }
    const loaded = new LoadedModule(core, new Module(source.name), entry);
    await loaded.#start(params).catch(refuse);
    return loaded;
  }

  async #start(params: Params): Promise<void> {
    const { init, driver } = this.#entry;
    const { module } = this;
    if (init !== undefined) await init({ core: this.#core, module, params });
    else if (driver !== undefined) this.#driver = await this.#core.auxiliary.register(driver, { module });
  }

  /** Stops the module. @throws {ModuleError} */
  async unload(): Promise<void> {
    try {
      await this.#driver?.unregister();
      await this.#entry.exit?.({ core: this.#core, module: this.module });
    } catch (cause) {
      throw new ModuleError(`module ${this.module.name} failed in its exit: ${message(cause)}`, { cause });
    }
  }
}

function isModuleEntry(exports: unknown, mayBeLibrary: boolean): exports is ModuleEntry {
  if (typeof exports !== "object" || exports === null) return false;
  const init = "init" in exports ? typeof exports.init : "undefined";
  const exit = "exit" in exports ? typeof exports.exit : "undefined";
  const driver = "driver" in exports ? typeof exports.driver : "undefined";
  const sound = [init, exit].every((type) => type === "function" || type === "undefined");
  return sound && (mayBeLibrary || init === "function" || (driver === "object" && exit === "undefined"));
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
