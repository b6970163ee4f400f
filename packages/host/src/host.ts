import { AsyncLocalStorage } from "node:async_hooks";
import { join } from "node:path";
import process from "node:process";
import { BusError, type BusView, DriverCore, type Runtime, systemRuntime, toError } from "auxbus";
import { type ModuleIndex, Modules } from "@auxbus/modules";
import { type ConsoleFile, consoleFiles } from "./api/console-files.ts";
import { EventFeed } from "./api/event-feed.ts";
import { makeHostApp } from "./api/host-app.ts";
import { Metrics } from "./api/metrics.ts";
import type { Parts } from "./api/parts.ts";
import { Listeners } from "./api/listeners.ts";
import type { HostConfig } from "./config-schema.ts";
import { Journal } from "./journal.ts";
import { ModuleSetup } from "./module-setup.ts";
import { OperatorSettings } from "./operator-settings.ts";
import { Operations } from "./operations.ts";
import { Recorder } from "./recorder.ts";
import { Settings } from "./settings.ts";
import { Steering } from "./steering.ts";
import { Store } from "./store/store.ts";
import { Tokens } from "./tokens.ts";
import { VERSION } from "./version.ts";

export interface HostOptions {
  readonly config: HostConfig;
  /** The folder of settings and journal; null: they are forgotten at the end. */
  readonly state: string | null;
  /** Path of the Unix socket; null: none. */
  readonly socket: string | null;
  /** What there is to load; asked again whenever somebody wants to load something. */
  readonly depmod: () => Promise<ModuleIndex>;
  /** The folder of the console's files; left out: none is served. */
  readonly consoleFolder?: string | undefined;
  /** The configuration as it is now, for `reload`. */
  readonly reloadConfig?: (() => Promise<HostConfig>) | undefined;
  readonly runtime?: Runtime | undefined;
  /** Milliseconds since 1970 (`Date.now`). */
  readonly clock?: (() => number) | undefined;
}

/** How many may read events at a time. */
const EVENT_READERS = 64;

/**
 * A bus that people run: modules, what operators have set, the journal of what has happened, and the API to look at
 * it and to steer it.
 */
export class Host implements AsyncDisposable {
  readonly core: DriverCore;
  readonly modules: Modules;
  readonly journal: Journal;
  readonly settings: OperatorSettings;
  readonly view: BusView;
  /** Path of the Unix socket. */
  readonly socket: string | null;
  readonly tokens: Tokens;
  /** When it has been shut down, whoever has asked for it. */
  readonly stopped: Promise<void>;
  readonly #options: HostOptions;
  readonly #store: Store;
  readonly #setup: ModuleSetup;
  readonly #listeners: Listeners;
  readonly #disposables: readonly Disposable[];
  readonly #started: number;
  #config: HostConfig;
  #loading: Promise<void> = Promise.resolve();
  #isReady = false;
  #stopping: Promise<void> | null = null;
  #reloading: Promise<void> = Promise.resolve();
  #settleStopped = (): void => {};

  /**
   * Opens the state, listens, and begins to load the modules; `ready` is when they are loaded.
   *
   * @throws {BusError} `EBUSY` another host uses this state; `EADDRINUSE` a host listens there; `EIO`, `ENOSPC` the
   *   state cannot be used
   */
  static async start(options: HostOptions): Promise<Host> {
    const { config, state, clock = Date.now } = options;
    const store = await Store.open({
      file: state === null ? null : join(state, "auxbus.db"),
      limits: config.journal,
    });
    try {
      const index = await options.depmod();
      const tokens = state === null ? Tokens.random() : await Tokens.kept(state);
      const files = options.consoleFolder === undefined ? new Map() : await consoleFiles(options.consoleFolder);
      const settings = await Settings.open(store, clock);
      const host = new Host(options, { store, index, tokens, files, settings });
      await host.#start();
      return host;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  private constructor(
    options: HostOptions,
    made: {
      readonly store: Store;
      readonly index: ModuleIndex;
      readonly tokens: Tokens;
      readonly files: ReadonlyMap<string, ConsoleFile>;
      readonly settings: Settings;
    },
  ) {
    const { config, clock = Date.now } = options;
    this.#options = options;
    this.#config = config;
    this.#started = clock();
    this.#store = made.store;
    this.tokens = made.tokens;
    this.socket = options.socket;
    this.core = new DriverCore({ runtime: options.runtime ?? { ...systemRuntime, context: new AsyncLocalStorage() } });
    this.view = this.core.view();
    this.journal = new Journal(made.store, {
      runtime: this.core.runtime,
      clock,
      failed: (error) => this.core.log.error(`a reader of the journal has failed: ${error.message}`, { error }),
    });
    this.modules = new Modules(this.core, {
      index: made.index,
      isolated: { limits: config.limits, policy: config.crash },
    });
    this.settings = new OperatorSettings(this.core, made.settings);
    const operations = new Operations(this.journal);
    const { core, modules, journal, settings } = this;
    this.#setup = new ModuleSetup(core, modules, settings);
    const feed = new EventFeed(journal, EVENT_READERS);
    const metrics = new Metrics({ core, modules, journal, operations, feed });
    const steering = new Steering({
      core,
      modules,
      settings,
      operations,
      depmod: options.depmod,
      configure: () => this.#setup.configure(this.#config),
    });
    const parts: Parts = {
      core,
      modules,
      journal,
      settings,
      operations,
      steering,
      feed,
      metrics,
      consoleFiles: made.files,
      status: () => this.#status(),
      reload: () => this.reload(),
      // Its answer is to be sent before.
      down: () => void setImmediate(() => void this.stop()),
      failed: (error) => core.log.error(`the host has made a mistake: ${error.stack ?? error.message}`, { error }),
    };
    this.#listeners = new Listeners((entrance) => makeHostApp(parts, entrance), made.tokens);
    this.#disposables = [
      new Recorder(core, modules, journal),
      metrics,
      feed,
      settings,
      modules.isolation.subscribe(({ lost, why }) => {
        for (const { device, module, parked } of lost) {
          if (!parked) continue;
          const reason = modules.isolation.parked().find((each) => each.device === device.name)?.reason ?? why;
          settings
            .park(device, reason, "crash", module)
            .catch((error: unknown) =>
              core.log.error(
                `${device.name}: that it is parked is forgotten at the next start: ${toError(error).message}`,
              ),
            );
        }
      }),
    ];
    this.stopped = new Promise((resolve) => {
      this.#settleStopped = resolve;
    });
  }

  /** Where the console and the API are; null: only at the socket. */
  get url(): string | null {
    return this.#listeners.url;
  }

  /** What went wrong at the start or at the last reload. */
  get problems(): readonly string[] {
    return this.#setup.problems;
  }

  async #start(): Promise<void> {
    const { listen, modules, autoload } = this.#config;
    this.#setup.configure(this.#config);
    try {
      await this.#listeners.open(this.socket, listen);
      await this.#note("start");
    } catch (error) {
      await this.#close();
      throw error;
    }
    this.#loading = this.#setup.load(modules, autoload).then(() => {
      this.#isReady = true;
    });
  }

  /** When the configured modules are loaded, and what their devices have loaded, too. */
  async ready(): Promise<void> {
    await this.#loading;
    const { autoload } = this.modules;
    do {
      await autoload.idle();
      await this.core.settle();
    } while (autoload.busy);
  }

  /**
   * Takes up the configuration as it is now. What has not changed is left alone: a module that is listed no longer is
   * unloaded, a new one loaded, a port opened or closed; the parameters of loaded modules are written where they can
   * be. What needs a restart is told of.
   *
   * @throws {BusError} `EINVAL` the configuration is wrong: all is as before; `EADDRINUSE` the new port is taken
   */
  reload(): Promise<void> {
    const reloaded = this.#reloading.then(async () => {
      await this.#loading;
      await this.#reload();
    });
    this.#reloading = reloaded.catch(() => undefined);
    return reloaded;
  }

  async #reload(): Promise<void> {
    const { reloadConfig } = this.#options;
    if (reloadConfig === undefined) {
      throw new BusError("EOPNOTSUPP", "this host has no configuration file", { op: "reload" });
    }
    const next = await reloadConfig();
    const before = this.#config;
    const moved = !same(before.listen.http, next.listen.http);
    if (moved) await this.#listeners.movePort(next.listen);
    this.modules.setIndex(await this.#options.depmod());
    this.#config = next;
    await this.#setup.change(before, next, lasting(before, next, moved));
    await this.#note("reload", this.problems.join("; "));
  }

  async #status(): ReturnType<Parts["status"]> {
    const { core, journal } = this;
    const { oldest, entries } = await journal.bounds();
    const { state, reason, lost } = journal.status();
    return {
      api: 1,
      host: this.#config.name,
      version: VERSION,
      pid: process.pid,
      node: process.version,
      started: this.#started,
      uptime: (this.#options.clock ?? Date.now)() - this.#started,
      seqnum: core.uevents.seqnum,
      cursor: journal.cursor,
      suspended: core.power.suspended,
      ready: this.#isReady,
      problems: this.problems,
      journal: { state, reason, entries, oldest, lost },
      devices: [...core.devices()].length,
      drivers: [...core.buses()].reduce((sum, bus) => sum + [...bus.drivers()].length, 0),
      modules: this.modules.lsmod().length,
    };
  }

  #note(event: "start" | "stop" | "reload", message = ""): Promise<boolean> {
    const data = { event, version: VERSION, pid: process.pid, ...(message === "" ? {} : { message }) };
    return this.journal.write({ kind: "host", device: null, driver: null, data });
  }

  /** Takes everything down in order: modules, then the callers, who see it, and the journal last. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#setup.close();
    await this.#loading;
    await this.modules.shutdown();
    await this.core.shutdown();
    await this.#note("stop");
    await this.#close();
    this.#settleStopped();
  }

  async #close(): Promise<void> {
    // The readers hear of the end before their connections are closed.
    for (const disposable of this.#disposables) disposable[Symbol.dispose]();
    await this.#listeners.close();
    await this.journal.close();
    await this.#store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** What is another in the configuration, and is looked at only at the start. @param moved the port is opened anew */
function lasting(before: HostConfig, next: HostConfig, moved: boolean): string[] {
  const keys = ["name", "state", "limits", "crash", "journal"] as const;
  const changed = keys.filter((key) => !same(before[key], next[key])).map((key) => `${key} has`);
  const [was, is] = [before.listen, next.listen];
  if (was.socket !== is.socket || was.socketRole !== is.socketRole) changed.push("the socket has");
  if (!moved && (was.rate !== is.rate || was.connections !== is.connections)) changed.push("rate and connections have");
  return changed;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
