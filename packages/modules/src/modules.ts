import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BusError, type DriverCore, Module, type ParamValue, toError } from "auxbus";
import { Autoload } from "./autoload.ts";
import { InProcessModule } from "./in-process.ts";
import { Isolation, type IsolationOptions } from "./isolation/isolation.ts";
import { type LoadedModule, type ModuleStatus, statusOf } from "./loaded-module.ts";
import type { ModuleIndex } from "./module-index.ts";
import { type IsolationKind, type ModuleInfo, moduleName } from "./module-info.ts";
import { formatParam } from "./param.ts";
import { ParamSet } from "./param-set.ts";
import type { RunningModule } from "./running-module.ts";

/** Texts, or values of the declared types, by parameter. */
export type GivenParams = Readonly<Record<string, ParamValue>>;

export type ModuleChange = "loaded" | "unloaded";

export interface ModulesOptions {
  /** What there is to load. */
  readonly index: ModuleIndex;
  /** Parameters of modules, by module, for whenever they are loaded (the kernel's `options`). */
  readonly params?: Readonly<Record<string, GivenParams>> | undefined;
  /** Modules that no alias loads; by name they can still be loaded. */
  readonly blacklist?: readonly string[] | undefined;
  /** Where modules run, instead of where they say; `*` is for all that say nothing but `none`. */
  readonly isolation?: Readonly<Record<string, IsolationKind>> | undefined;
  readonly isolated?: IsolationOptions | undefined;
}

/** Loads and unloads modules on a bus: what modprobe, rmmod and the kernel's module core do. */
export class Modules {
  readonly core: DriverCore;
  readonly isolation: Isolation;
  readonly autoload: Autoload;
  #index: ModuleIndex;
  readonly #params: Map<string, GivenParams>;
  readonly #blacklist: Set<string>;
  readonly #kinds: Map<string, IsolationKind>;
  readonly #listeners = new Set<(name: string, change: ModuleChange) => void>();
  /** In the order of loading. */
  readonly #loaded = new Map<string, LoadedModule>();

  constructor(core: DriverCore, options: ModulesOptions) {
    this.core = core;
    this.#index = options.index;
    this.#params = new Map(Object.entries(options.params ?? {}).map(([name, params]) => [moduleName(name), params]));
    this.#blacklist = new Set((options.blacklist ?? []).map(moduleName));
    this.#kinds = new Map(Object.entries(options.isolation ?? {}).map(([name, kind]) => [moduleName(name), kind]));
    this.isolation = new Isolation(core, options.isolated);
    this.autoload = new Autoload(this);
  }

  /** Hears that a module was loaded or unloaded. */
  subscribe(fn: (name: string, change: ModuleChange) => void): Disposable {
    this.#listeners.add(fn);
    return { [Symbol.dispose]: () => void this.#listeners.delete(fn) };
  }

  #tell(name: string, change: ModuleChange): void {
    for (const listener of this.#listeners) listener(name, change);
  }

  get index(): ModuleIndex {
    return this.#index;
  }

  /** Goes on with another index: packages were installed, or a file is to be a module. */
  setIndex(index: ModuleIndex): void {
    this.#index = index;
  }

  // Looking.

  /** What a package says about its module. @throws {BusError} `ENOENT` there is no such module */
  modinfo(name: string): ModuleInfo {
    const info = this.#index.find(name) ?? this.#loaded.get(moduleName(name))?.info;
    if (info !== undefined) return info;
    throw new BusError(
      "ENOENT",
      `module ${name} not found among the ${this.#index.modules.size} that are installed; install its package, or run depmod`,
      { op: "modprobe" },
    );
  }

  /** The loaded modules, in the order of loading. */
  lsmod(): ModuleStatus[] {
    return [...this.#loaded.values()].map(statusOf);
  }

  /** The modules that a modalias names, without those on the blacklist. */
  resolve(modalias: string): string[] {
    return this.#index.resolve(modalias).filter((name) => !this.#blacklist.has(moduleName(name)));
  }

  blacklisted(name: string): boolean {
    return this.#blacklist.has(moduleName(name));
  }

  // Loading.

  /**
   * Loads a module, before it what it depends on, after it what it wants to have beside it. One that is loaded
   * stays as it is.
   *
   * @param what the name of a module, or a modalias: then all that it names
   * @param params for this time, beside those that were given to the bus
   * @throws {BusError} `ENOENT` there is no such module, or the alias names none; `EINVAL`, `ERANGE` a parameter;
   *   `EDEADLK` modules that depend on each other; else what its `init` has thrown: nothing is left of it then
   */
  async modprobe(what: string, params: GivenParams = {}): Promise<void> {
    if (this.#index.find(what) === undefined && what.includes(":")) {
      const names = this.resolve(what);
      if (names.length === 0) throw new BusError("ENOENT", `no module has the alias ${what}`, { op: "modprobe" });
      for (const name of names) await this.#load(name, params, [], true);
      return;
    }
    await this.#load(what, params, [], true);
  }

  async #load(name: string, params: GivenParams, chain: readonly string[], byHand: boolean): Promise<LoadedModule> {
    const info = this.modinfo(name);
    this.#refuseCircle(info.name, chain);
    await this.#loaded.get(info.name)?.gone;
    const known = this.#loaded.get(info.name);
    if (known !== undefined) {
      if (byHand) known.byHand = true;
      await known.live;
      return known;
    }
    const loaded = this.#begin(info, params, byHand);
    loaded.live = this.#bringUp(loaded, [...chain, info.name]);
    await loaded.live;
    await this.#beside(info.softdep.post, loaded, [...chain, info.name]);
    return loaded;
  }

  /** Modules that depend on each other, all asked for here, or some of them by somebody else meanwhile. */
  #refuseCircle(name: string, chain: readonly string[]): void {
    const path: string[] = [];
    let next: string | null = name;
    // A circle of others' is theirs: it is refused there, and what waits for it fails with it.
    while (next !== null && !path.includes(next)) {
      path.push(next);
      if (chain.includes(next)) {
        const circle = [...chain.slice(chain.indexOf(next)), ...path].join(" → ");
        throw new BusError("EDEADLK", `modules depend on each other: ${circle}`, { op: "modprobe" });
      }
      next = this.#loaded.get(next)?.waitsFor ?? null;
    }
  }

  #begin(info: ModuleInfo, params: GivenParams, byHand: boolean): LoadedModule {
    const loaded: LoadedModule = {
      info,
      module: new Module(info.name),
      isolation: this.#kindOf(info),
      params: new ParamSet(info, { ...this.#params.get(info.name), ...params }),
      state: "loading",
      byHand,
      holds: [],
      running: null,
      waitsFor: null,
      live: Promise.resolve(),
      gone: null,
    };
    this.#loaded.set(info.name, loaded);
    return loaded;
  }

  #kindOf({ name, isolation }: ModuleInfo): IsolationKind {
    return this.#kinds.get(name) ?? (isolation === "none" ? "none" : (this.#kinds.get("*") ?? isolation));
  }

  async #bringUp(loaded: LoadedModule, chain: readonly string[]): Promise<void> {
    const { info } = loaded;
    const before = new Set(this.#loaded.keys());
    try {
      await this.#beside(info.softdep.pre, loaded, chain);
      for (const name of info.depends) {
        loaded.waitsFor = name;
        const dependency = await this.#load(name, {}, chain, false);
        loaded.waitsFor = null;
        dependency.module.get(info.name);
        loaded.holds.push(dependency);
      }
      loaded.running = await this.#start(loaded);
      loaded.state = "live";
      // After all that it needs: so it goes before them.
      this.#loaded.delete(info.name);
      this.#loaded.set(info.name, loaded);
      this.#tell(info.name, "loaded");
    } catch (error) {
      this.#loaded.delete(info.name);
      this.#letGo(loaded);
      await this.#removeUnused(loaded.holds.filter((held) => !before.has(held.info.name)));
      throw error;
    }
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

  /** Modules that are nice to have: missing ones are no error, and those that fail are only logged. */
  async #beside(names: readonly string[], { info }: LoadedModule, chain: readonly string[]): Promise<void> {
    for (const name of names) {
      if (this.#index.find(name) === undefined || chain.includes(name)) continue;
      try {
        await this.#load(name, {}, chain, false);
      } catch (error) {
        this.core.log.warn(
          `module ${info.name}: its soft dependency ${name} was not loaded: ${toError(error).message}`,
          {
            error,
          },
        );
      }
    }
  }

  // Unloading.

  /**
   * Unloads a module. In this process its code stays in memory, because an ES module cannot be forgotten; of a
   * module in a worker or process nothing stays.
   *
   * @throws {BusError} `ENOENT` it is not loaded; `EBUSY` it is in use, is just being loaded, or has no `exit`
   */
  async rmmod(name: string): Promise<void> {
    const loaded = this.#loadedOf(name, "rmmod");
    if (loaded.state === "loading") {
      throw new BusError("EBUSY", `module ${loaded.info.name} is still being loaded`, { op: "rmmod" });
    }
    if (loaded.running?.canExit === false) {
      throw new BusError("EBUSY", `module ${loaded.info.name} has no exit: it stays until the bus ends`, {
        op: "rmmod",
      });
    }
    if (loaded.gone === null) {
      loaded.module.startGoing();
      loaded.gone = this.#takeDown(loaded);
    }
    await loaded.gone;
  }

  /** `modprobe -r`: as `rmmod`, then what nobody else needs and nobody has asked for by name. */
  async remove(name: string): Promise<void> {
    const { holds } = this.#loadedOf(name, "rmmod");
    const held = [...holds];
    await this.rmmod(name);
    await this.#removeUnused(held);
  }

  async #takeDown(loaded: LoadedModule): Promise<void> {
    loaded.state = "unloading";
    try {
      await loaded.running?.exit();
    } catch (error) {
      this.core.log.error(`module ${loaded.info.name} failed in its exit: ${toError(error).message}`, { error });
    } finally {
      this.#loaded.delete(loaded.info.name);
      this.#letGo(loaded);
      this.#tell(loaded.info.name, "unloaded");
    }
  }

  #letGo(loaded: LoadedModule): void {
    for (const held of loaded.holds.toReversed()) if (held.module.refs > 0) held.module.put(loaded.info.name);
  }

  async #removeUnused(candidates: readonly LoadedModule[]): Promise<void> {
    for (const loaded of candidates.toReversed()) {
      const unused = loaded.state === "live" && loaded.module.refs === 0 && !loaded.byHand;
      if (!unused || loaded.running?.canExit === false || this.#loaded.get(loaded.info.name) !== loaded) continue;
      await this.remove(loaded.info.name);
    }
  }

  #loadedOf(name: string, op: string): LoadedModule {
    const loaded = this.#loaded.get(moduleName(name));
    if (loaded === undefined) throw new BusError("ENOENT", `module ${name} is not loaded`, { op });
    return loaded;
  }

  /** Unloads everything, the last loaded first; what fails is logged. */
  async shutdown(): Promise<void> {
    this.autoload.stop();
    await this.autoload.idle();
    for (const loaded of [...this.#loaded.values()].toReversed()) {
      await loaded.live.catch(() => undefined);
      if (this.#loaded.get(loaded.info.name) !== loaded) continue;
      if (loaded.module.refs > 0) {
        const users = loaded.module.users().join(", ");
        this.core.log.warn(`module ${loaded.info.name} is still in use by ${users}; it goes all the same`);
      }
      loaded.gone ??= this.#takeDown(loaded);
      await loaded.gone;
    }
  }

  // Changing.

  /**
   * Writes a parameter of a loaded module.
   *
   * @throws {BusError} `ENOENT` it is not loaded; `EINVAL`, `ERANGE` no such parameter or value; `EACCES` it cannot
   *   be written; else what the module's `paramChanged` has thrown, and the value is as before
   */
  async setParam(name: string, param: string, value: ParamValue): Promise<void> {
    const loaded = this.#loadedOf(name, "param");
    const parsed = loaded.params.writable(param, value);
    const before = loaded.params.get(param);
    loaded.params.set(param, parsed);
    try {
      await loaded.running?.paramChanged(param, parsed);
    } catch (error) {
      if (before !== undefined) loaded.params.set(param, before);
      throw error;
    }
    this.core.log.debug(`module ${loaded.info.name}: ${param}=${formatParam(parsed)}`);
  }

  /**
   * Replaces a loaded module by the version that is installed now, while its devices stay.
   *
   * @param info the new version; left out, the index's
   * @returns the devices that were handed over
   * @throws {BusError} `ENOENT` it is not loaded; `EBUSY` it is being loaded or unloaded; else what the new version
   *   has failed with, and the old one goes on
   */
  async upgrade(name: string, info: ModuleInfo = this.modinfo(name)): Promise<readonly string[]> {
    const loaded = this.#loadedOf(name, "upgrade");
    if (loaded.state !== "live" || loaded.running === null) {
      throw new BusError("EBUSY", `module ${loaded.info.name} is ${loaded.state}`, { op: "upgrade" });
    }
    if (info.entry === null) {
      throw new BusError("EINVAL", `package ${info.packageName} exports nothing that could be imported`, {
        op: "upgrade",
      });
    }
    const devices = await loaded.running.upgrade(urlOf(info, info.entry), info.folder);
    this.core.log.info(`module ${info.name}: upgraded from ${loaded.info.version} to ${info.version}`);
    loaded.info = info;
    return devices;
  }
}

function urlOf({ folder }: ModuleInfo, entry: string): string {
  return pathToFileURL(join(folder, entry)).href;
}
