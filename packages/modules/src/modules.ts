import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BusError, type DriverCore, Module, type ParamValue, toError } from "auxbus";
import { Autoload } from "./autoload.ts";
import { InProcessModule } from "./in-process.ts";
import { Isolation, type IsolationOptions } from "./isolation/isolation.ts";
import { type LoadedModule, type ModuleStatus, statusOf } from "./loaded-module.ts";
import { Loader } from "./loader.ts";
import type { ModuleIndex } from "./module-index.ts";
import { type IsolationKind, type ModuleInfo, moduleName } from "./module-info.ts";
import { formatParam } from "./param.ts";
import { ParamSet } from "./param-set.ts";
import type { RunningModule } from "./running-module.ts";

/** Texts, or values of the declared types, by parameter. */
export type GivenParams = Readonly<Record<string, ParamValue>>;

export type ModuleChange = "loaded" | "unloaded" | "upgraded";

/** What operators say about modules. */
export interface ModuleSettings {
  /** Parameters of modules, by module, for whenever they are loaded (the kernel's `options`). */
  readonly params?: Readonly<Record<string, GivenParams>> | undefined;
  /** Modules that no alias loads; by name they can still be loaded. */
  readonly blacklist?: readonly string[] | undefined;
  /** Where modules run, instead of where they say; `*` is for all that say nothing but `none`. */
  readonly isolation?: Readonly<Record<string, IsolationKind>> | undefined;
}

export interface ModulesOptions extends ModuleSettings {
  /** What there is to load. */
  readonly index: ModuleIndex;
  readonly isolated?: IsolationOptions | undefined;
}

/** `ModuleSettings` by the names of modules as the kernel has them. */
interface Settings {
  readonly params: ReadonlyMap<string, GivenParams>;
  readonly blacklist: ReadonlySet<string>;
  readonly kinds: ReadonlyMap<string, IsolationKind>;
}

function settingsOf({ params = {}, blacklist = [], isolation = {} }: ModuleSettings): Settings {
  return {
    params: byModule(params),
    blacklist: new Set(blacklist.map(moduleName)),
    kinds: byModule(isolation),
  };
}

function byModule<T>(values: Readonly<Record<string, T>>): Map<string, T> {
  return new Map(Object.entries(values).map(([name, value]) => [moduleName(name), value]));
}

/** Who holds a module that is being upgraded. */
const UPGRADE = "its upgrade";

/** Loads and unloads modules on a bus: what modprobe, rmmod and the kernel's module core do. */
export class Modules {
  readonly core: DriverCore;
  readonly isolation: Isolation;
  readonly autoload: Autoload;
  #index: ModuleIndex;
  #settings: Settings;
  readonly #listeners = new Set<(name: string, change: ModuleChange) => void>();
  readonly #loader: Loader<GivenParams>;

  constructor(core: DriverCore, options: ModulesOptions) {
    this.core = core;
    this.#index = options.index;
    this.#settings = settingsOf(options);
    this.isolation = new Isolation(core, options.isolated);
    this.autoload = new Autoload(this);
    this.#loader = new Loader<GivenParams>({
      core,
      prepare: (name, params) => this.#prepare(name, params),
      exists: (name) => this.#index.find(name) !== undefined,
      start: (loaded) => this.#start(loaded),
      told: (name, change) => this.#tell(name, change),
    });
  }

  /** Hears that a module was loaded, unloaded or upgraded. What `fn` throws is logged. */
  subscribe(fn: (name: string, change: ModuleChange) => void): Disposable {
    const listener = (name: string, change: ModuleChange): void => fn(name, change);
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #tell(name: string, change: ModuleChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(name, change);
      } catch (error) {
        this.core.log.error(`a listener of modules failed: ${toError(error).message}`, { error });
      }
    }
  }

  get index(): ModuleIndex {
    return this.#index;
  }

  /** Goes on with another index: packages were installed, or a file is to be a module. */
  setIndex(index: ModuleIndex): void {
    this.#index = index;
  }

  /** Goes on with other settings. What is loaded stays as it is: they hold for whatever is loaded from now on. */
  configure(settings: ModuleSettings): void {
    this.#settings = settingsOf(settings);
  }

  // Looking.

  /** What a package says about its module. @throws {BusError} `ENOENT` there is no such module */
  modinfo(name: string): ModuleInfo {
    const info = this.#index.find(name) ?? this.#loader.get(moduleName(name))?.info;
    if (info !== undefined) return info;
    throw new BusError(
      "ENOENT",
      `module ${name} not found among the ${this.#index.modules.size} that are installed; install its package, or run depmod`,
      { op: "modprobe" },
    );
  }

  /** The loaded modules, in the order of loading. */
  lsmod(): ModuleStatus[] {
    return this.#loader.list().map(statusOf);
  }

  /** The modules that a modalias names, without those on the blacklist. */
  resolve(modalias: string): string[] {
    return this.#index.resolve(modalias).filter((name) => !this.#settings.blacklist.has(moduleName(name)));
  }

  blacklisted(name: string): boolean {
    return this.#settings.blacklist.has(moduleName(name));
  }

  // Loading.

  /**
   * Loads a module, before it what it depends on, after it what it wants to have beside it. One that is loaded
   * stays as it is.
   *
   * @param what the name of a module, or a modalias: then all that it names
   * @param params for this time, beside those that were given to the bus
   * @throws {BusError} `ENOENT` there is no such module, or the alias names none; `EINVAL`, `ERANGE` a parameter;
   *   `EDEADLK` modules that depend on each other; `ESHUTDOWN` after `shutdown`; else what its `init` has thrown:
   *   nothing is left of it then
   */
  async modprobe(what: string, params: GivenParams = {}): Promise<void> {
    if (this.#index.find(what) === undefined && what.includes(":")) {
      const names = this.resolve(what);
      if (names.length === 0) throw new BusError("ENOENT", `no module has the alias ${what}`, { op: "modprobe" });
      for (const name of names) await this.#loader.load(this.modinfo(name).name, { params, byHand: true });
      return;
    }
    await this.#loader.load(this.modinfo(what).name, { params, byHand: true });
  }

  #prepare(name: string, params: GivenParams | undefined): LoadedModule {
    const info = this.modinfo(name);
    return {
      info,
      module: new Module(info.name),
      isolation: this.#kindOf(info),
      params: new ParamSet(info, { ...this.#settings.params.get(info.name), ...params }),
      state: "loading",
      byHand: false,
      holds: [],
      brought: [],
      running: null,
      live: Promise.resolve(),
      gone: null,
      writing: Promise.resolve(),
    };
  }

  #kindOf({ name, isolation }: ModuleInfo): IsolationKind {
    return (
      this.#settings.kinds.get(name) ?? (isolation === "none" ? "none" : (this.#settings.kinds.get("*") ?? isolation))
    );
  }

  #start({ info, module, isolation, params }: LoadedModule): Promise<RunningModule> {
    const { core } = this;
    if (info.entry === null) {
      throw new BusError("EINVAL", `package ${info.packageName} exports nothing that could be imported`, {
        op: "modprobe",
      });
    }
    const url = urlOf(info, info.entry);
    if (isolation === "none") return InProcessModule.start({ core, module, url, params: params.view });
    return this.isolation.start({ kind: isolation, module, url, folder: info.folder, params: params.view });
  }

  // Unloading.

  /**
   * Unloads a module. In this process its code stays in memory, because an ES module cannot be forgotten; of a
   * module in a worker or process nothing stays.
   *
   * @throws {BusError} `ENOENT` it is not loaded; `EBUSY` it is in use, is just being loaded, or has no `exit`
   */
  async rmmod(name: string): Promise<void> {
    await this.#loader.unload(this.#loadedOf(name, "rmmod"));
  }

  /** `modprobe -r`: as `rmmod`, then what nobody else needs and nobody has asked for by name. */
  async remove(name: string): Promise<void> {
    await this.#loader.unloadAll(this.#loadedOf(name, "rmmod"));
  }

  #loadedOf(name: string, op: string): LoadedModule {
    const loaded = this.#loader.get(moduleName(name));
    if (loaded === undefined) throw new BusError("ENOENT", `module ${name} is not loaded`, { op });
    return loaded;
  }

  /** One that can be worked on. @throws {BusError} `ENOENT` not loaded; `EBUSY` being loaded; `ENODEV` unloaded */
  #liveOf(name: string, op: string): LoadedModule {
    const loaded = this.#loadedOf(name, op);
    if (loaded.state === "live") return loaded;
    const code = loaded.state === "loading" ? "EBUSY" : "ENODEV";
    throw new BusError(code, `module ${loaded.info.name} is ${loaded.state}; try again later`, { op });
  }

  /**
   * Unloads everything, users before what they use, else the last loaded first; what fails is logged. Nothing can be
   * loaded any more.
   */
  async shutdown(): Promise<void> {
    this.autoload.stop();
    await this.#loader.close();
    await this.autoload.idle();
  }

  // Changing.

  /**
   * Writes a parameter of a loaded module.
   *
   * @throws {BusError} `ENOENT` it is not loaded; `EBUSY`, `ENODEV` it is being loaded or unloaded; `EINVAL`,
   *   `ERANGE` no such parameter or value; `EACCES` it cannot be written; else what the module's `paramChanged` has
   *   thrown, and the value is as before
   */
  async setParam(name: string, param: string, value: ParamValue): Promise<void> {
    const loaded = this.#liveOf(name, "param");
    const parsed = loaded.params.writable(param, value);
    // One after the other: what is put back after a refusal must be what was there.
    const written = loaded.writing.then(() => this.#write(loaded, param, parsed));
    loaded.writing = written.catch(() => undefined);
    await written;
  }

  async #write({ info, params, running }: LoadedModule, param: string, value: ParamValue): Promise<void> {
    const before = params.get(param);
    params.set(param, value);
    try {
      await running?.paramChanged(param, value);
    } catch (error) {
      params.set(param, before);
      throw error;
    }
    this.core.log.debug(`module ${info.name}: ${param}=${formatParam(value)}`);
  }

  /**
   * Replaces a loaded module by the version that is installed now, while its devices stay.
   *
   * @param info the new version; left out, the index's
   * @returns the devices that were handed over
   * @throws {BusError} `ENOENT` it is not loaded; `EBUSY`, `ENODEV` it is being loaded, unloaded or
   *   upgraded; else what the new version
   *   has failed with, and the old one goes on
   */
  async upgrade(name: string, info: ModuleInfo = this.modinfo(name)): Promise<readonly string[]> {
    const loaded = this.#liveOf(name, "upgrade");
    const { module, running } = loaded;
    if (running === null || module.users().includes(UPGRADE)) {
      throw new BusError("EBUSY", `module ${module.name} is being upgraded already`, { op: "upgrade" });
    }
    if (info.entry === null) {
      throw new BusError("EINVAL", `package ${info.packageName} exports nothing that could be imported`, {
        op: "upgrade",
      });
    }
    module.get(UPGRADE);
    const devices = await running.upgrade(urlOf(info, info.entry), info.folder).finally(() => module.put(UPGRADE));
    this.core.log.info(`module ${info.name}: upgraded from ${loaded.info.version} to ${info.version}`);
    loaded.info = info;
    this.#tell(info.name, "upgraded");
    return devices;
  }
}

function urlOf({ folder }: ModuleInfo, entry: string): string {
  return pathToFileURL(join(folder, entry)).href;
}
