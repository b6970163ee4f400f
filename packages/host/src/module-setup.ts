import { type DriverCore, errnoOf, toError } from "auxbus";
import { type Modules, parseParam } from "@auxbus/modules";
import type { HostConfig } from "./config-schema.ts";
import type { OperatorSettings } from "./operator-settings.ts";

/** Has the modules as the configuration and operators want them. What does not work is told of, and the rest goes on. */
export class ModuleSetup {
  readonly #core: DriverCore;
  readonly #modules: Modules;
  readonly #settings: OperatorSettings;
  #problems: string[] = [];
  #closed = false;

  constructor(core: DriverCore, modules: Modules, settings: OperatorSettings) {
    this.#core = core;
    this.#modules = modules;
    this.#settings = settings;
  }

  /** What went wrong at the start or at the last change. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  #problem(message: string): void {
    this.#problems.push(message);
    this.#core.log.error(message);
  }

  /** Loads nothing more. */
  close(): void {
    this.#closed = true;
  }

  /** What the configuration says of modules, and over it what operators have set, for whatever is loaded from now on. */
  configure({ options, blacklist, isolation }: HostConfig): void {
    const params = { ...options };
    for (const [module, written] of Object.entries(this.#settings.params())) {
      params[module] = { ...params[module], ...this.#usable(module, written) };
    }
    this.#modules.configure({ params, blacklist: [...blacklist, ...this.#settings.blacklist()], isolation });
  }

  /** Without what a module of another version does not take: it is to be loaded all the same. */
  #usable(module: string, written: Readonly<Record<string, string>>): Record<string, string> {
    const params = this.#modules.index.find(module)?.params;
    if (params == null) return { ...written };
    return Object.fromEntries(
      Object.entries(written).filter(([name, value]) => {
        const definition = Object.hasOwn(params, name) ? params[name] : undefined;
        try {
          if (definition !== undefined) parseParam(module, name, definition.type, value);
        } catch {
          return false;
        }
        return definition !== undefined;
      }),
    );
  }

  /** Loads modules, and from now on what devices name. */
  async load(names: readonly string[], autoload: boolean): Promise<void> {
    if (autoload) this.#modules.autoload.start();
    for (const name of names) {
      if (this.#closed) return;
      try {
        await this.#modules.modprobe(name);
      } catch (error) {
        this.#problem(`cannot load module ${name}: ${toError(error).message} (${errnoOf(error)})`);
      }
    }
  }

  /**
   * Does what is new in a configuration, and leaves alone what is not. The problems of before are forgotten.
   *
   * @param lasting what has changed and cannot be done now
   */
  async change(before: HostConfig, next: HostConfig, lasting: readonly string[]): Promise<void> {
    this.#problems = [];
    for (const what of lasting) this.#problem(`${what} changed: that holds after a restart of the host`);
    this.configure(next);
    if (before.autoload && !next.autoload) this.#modules.autoload.stop();
    for (const name of before.modules.filter((each) => !next.modules.includes(each)).toReversed()) {
      await this.#modules
        .remove(name)
        .catch((error: unknown) => this.#problem(`cannot unload module ${name}: ${toError(error).message}`));
    }
    await this.#rewriteParams(before, next);
    const added = next.modules.filter((name) => !before.modules.includes(name));
    await this.load(added, next.autoload);
  }

  /** The parameters that are others now, of modules that are loaded. */
  async #rewriteParams(before: HostConfig, next: HostConfig): Promise<void> {
    for (const { name } of this.#modules.lsmod()) {
      for (const [param, value] of Object.entries(next.options[name] ?? {})) {
        if (before.options[name]?.[param] === value) continue;
        await this.#modules
          .setParam(name, param, value)
          .catch((error: unknown) => this.#problem(toError(error).message));
      }
    }
  }
}
