import { BusError, type DriverCore, toError } from "auxbus";
import type { LoadedModule } from "./loaded-module.ts";
import type { RunningModule } from "./running-module.ts";

/** What the loader needs of whoever knows the modules. */
export interface LoaderOptions<P> {
  readonly core: DriverCore;
  /** The module as it will be loaded. @throws {BusError} `ENOENT` there is none; `EINVAL`, `ERANGE` a parameter */
  readonly prepare: (name: string, params: P | undefined) => LoadedModule;
  /** Whether there is such a module. */
  readonly exists: (name: string) => boolean;
  readonly start: (loaded: LoadedModule) => Promise<RunningModule>;
  readonly told: (name: string, change: "loaded" | "unloaded") => void;
}

/** How a module is asked for. */
interface Request<P> {
  readonly params?: P | undefined;
  /** By name, not only for what depends on it: it stays when that goes. */
  readonly byHand?: boolean;
  /** The module that waits for it. */
  readonly user?: LoadedModule;
  /** `user` keeps it from being unloaded. */
  readonly hold?: boolean;
}

/**
 * Brings modules up and takes them down, each once at a time, whoever asks: what they depend on first, users before
 * what they use. Modules that wait for one another in a circle are found when the circle is closed, whoever has
 * begun it.
 */
export class Loader<P> {
  readonly #options: LoaderOptions<P>;
  /** In the order of loading. */
  readonly #loaded = new Map<string, LoadedModule>();
  /** Which module each one that is being loaded waits for. */
  readonly #waits = new Map<LoadedModule, LoadedModule>();
  #closing = false;

  constructor(options: LoaderOptions<P>) {
    this.#options = options;
  }

  get(name: string): LoadedModule | undefined {
    return this.#loaded.get(name);
  }

  list(): LoadedModule[] {
    return [...this.#loaded.values()];
  }

  /** @throws {BusError} what `prepare` and its `init` throw; `EDEADLK` a circle; `ESHUTDOWN` it is too late */
  async load(name: string, request: Request<P> = {}): Promise<LoadedModule> {
    const { user, params, byHand = false, hold = false } = request;
    for (;;) {
      this.#expectOpen(name);
      const known = this.#loaded.get(name);
      const loaded = known ?? this.#begin(name, params);
      if (byHand) loaded.byHand = true;
      if (known === undefined) user?.brought.push(loaded);
      if (loaded.state !== "live") {
        await this.#wait(loaded, user);
        if (user !== undefined) this.#expectOpen(user.info.name);
      }
      // It may have gone again, while others were told that it is there.
      if (loaded.state !== "live") continue;
      if (hold && user !== undefined) this.#hold(loaded, user);
      if (known === undefined) await this.#beside(loaded.info.softdep.post, loaded, user);
      return loaded;
    }
  }

  #expectOpen(name: string): void {
    if (!this.#closing) return;
    throw new BusError("ESHUTDOWN", `module ${name} is not loaded: the bus is shutting down`, { op: "modprobe" });
  }

  #begin(name: string, params: P | undefined): LoadedModule {
    const loaded = this.#options.prepare(name, params);
    this.#loaded.set(name, loaded);
    // Not before its user is known to wait for it.
    loaded.live = Promise.resolve().then(() => this.#bringUp(loaded));
    // Whoever waits for it hears of it.
    loaded.live.catch(() => undefined);
    return loaded;
  }

  async #wait(loaded: LoadedModule, user: LoadedModule | undefined): Promise<void> {
    if (user === undefined) return loaded.gone ?? loaded.live;
    const circle = this.#circle(loaded, user);
    if (circle !== undefined) {
      throw new BusError("EDEADLK", `modules depend on each other: ${circle.join(" → ")}`, { op: "modprobe" });
    }
    this.#waits.set(user, loaded);
    try {
      await (loaded.gone ?? loaded.live);
    } finally {
      this.#waits.delete(user);
    }
  }

  /** The names on the way to `user` and back, if `loaded` waits for it by any way. */
  #circle(loaded: LoadedModule, user: LoadedModule): string[] | undefined {
    const names: string[] = [];
    for (let at: LoadedModule | undefined = loaded; at !== undefined; at = this.#waits.get(at)) {
      names.push(at.info.name);
      if (at === user) return [...names, loaded.info.name];
    }
    return undefined;
  }

  #hold(loaded: LoadedModule, user: LoadedModule): void {
    loaded.module.get(user.info.name);
    user.holds.push(loaded);
  }

  async #bringUp(loaded: LoadedModule): Promise<void> {
    const { name, softdep, depends } = loaded.info;
    try {
      await this.#beside(softdep.pre, loaded, undefined);
      for (const dependency of depends) await this.load(dependency, { user: loaded, hold: true });
      loaded.running = await this.#options.start(loaded);
      loaded.state = "live";
      // After all that it needs: so it goes before them.
      this.#loaded.delete(name);
      this.#loaded.set(name, loaded);
      this.#options.told(name, "loaded");
    } catch (error) {
      loaded.state = "unloading";
      this.#loaded.delete(name);
      this.#letGo(loaded);
      await this.#unloadUnused(loaded.brought, ({ brought }) => brought);
      throw error;
    }
  }

  /**
   * Modules that are nice to have: missing ones, and those that wait for this one, are no error, and those that fail
   * are only logged.
   *
   * @param user waits for this one meanwhile
   */
  async #beside(names: readonly string[], loaded: LoadedModule, user: LoadedModule | undefined): Promise<void> {
    if (user !== undefined) this.#waits.set(user, loaded);
    try {
      for (const name of names) {
        const known = this.#loaded.get(name);
        if (!this.#options.exists(name)) continue;
        if (known !== undefined && known.state !== "live" && this.#circle(known, loaded) !== undefined) continue;
        await this.load(name, { user: loaded }).catch((error: unknown) => {
          const { message } = toError(error);
          this.#options.core.log.warn(
            `module ${loaded.info.name}: its soft dependency ${name} was not loaded: ${message}`,
            { error },
          );
        });
      }
    } finally {
      if (user !== undefined) this.#waits.delete(user);
    }
  }

  /** @throws {BusError} `EBUSY` it is in use, is being loaded, or has no `exit` */
  async unload(loaded: LoadedModule): Promise<void> {
    const { name } = loaded.info;
    if (loaded.state === "loading") {
      throw new BusError("EBUSY", `module ${name} is still being loaded`, { op: "rmmod" });
    }
    if (loaded.running?.canExit === false) {
      throw new BusError("EBUSY", `module ${name} has no exit: it stays until the bus ends`, { op: "rmmod" });
    }
    if (loaded.gone === null) {
      loaded.module.startGoing();
      loaded.gone = this.#takeDown(loaded);
    }
    await loaded.gone;
  }

  /** As `unload`, then what it has held, as far as nobody needs it or has asked for it by name. */
  async unloadAll(loaded: LoadedModule): Promise<void> {
    const held = [...loaded.holds];
    await this.unload(loaded);
    await this.#unloadUnused(held, ({ holds }) => [...holds]);
  }

  async #takeDown(loaded: LoadedModule): Promise<void> {
    const { name } = loaded.info;
    loaded.state = "unloading";
    try {
      await loaded.writing;
      await loaded.running?.exit();
    } catch (error) {
      this.#options.core.log.error(`module ${name} failed in its exit: ${toError(error).message}`, { error });
    } finally {
      this.#loaded.delete(name);
      this.#letGo(loaded);
      this.#options.told(name, "unloaded");
    }
  }

  #letGo(loaded: LoadedModule): void {
    for (const held of loaded.holds.splice(0).toReversed()) held.module.put(loaded.info.name);
  }

  async #unloadUnused(
    candidates: readonly LoadedModule[],
    next: (loaded: LoadedModule) => readonly LoadedModule[],
  ): Promise<void> {
    for (const loaded of candidates.toReversed()) {
      const unused = loaded.state === "live" && loaded.module.refs === 0 && !loaded.byHand;
      if (!unused || loaded.running?.canExit === false) continue;
      const rest = next(loaded);
      await this.unload(loaded);
      await this.#unloadUnused(rest, next);
    }
  }

  /** Admits nothing more, waits for what is going on, and unloads everything, the last loaded first. */
  async close(): Promise<void> {
    this.#closing = true;
    const { core } = this.#options;
    while (this.#loaded.size > 0) {
      const going = this.list().flatMap(({ state, live, gone }) => (state === "loading" ? [live] : (gone ?? [])));
      if (going.length > 0) {
        await Promise.allSettled(going);
        continue;
      }
      const last = this.list().toReversed();
      const loaded = last.find(({ module }) => module.refs === 0) ?? last[0];
      if (loaded === undefined) return;
      if (loaded.module.refs > 0) {
        const users = loaded.module.users().join(", ");
        core.log.warn(`module ${loaded.info.name} is still in use by ${users}; it goes all the same`);
      }
      loaded.gone = this.#takeDown(loaded);
      await loaded.gone;
    }
  }
}
