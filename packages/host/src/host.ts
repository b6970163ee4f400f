import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { BusError, type BusView, DriverCore, errnoOf, type Runtime, systemRuntime, toError } from "auxbus";
import { type ModuleIndex, Modules, parseParam } from "@auxbus/modules";
import { makeApp } from "./api/app.ts";
import { type ConsoleFile, consoleFiles } from "./api/console-files.ts";
import { EventFeed } from "./api/event-feed.ts";
import { Metrics } from "./api/metrics.ts";
import type { Parts } from "./api/parts.ts";
import { RateLimit } from "./api/rate-limit.ts";
import { type Listener, listenOnPort, listenOnSocket } from "./api/server.ts";
import type { HostConfig } from "./config-schema.ts";
import { Journal } from "./journal.ts";
import { OperatorSettings } from "./operator-settings.ts";
import { Operations } from "./operations.ts";
import { Recorder } from "./recorder.ts";
import { Settings } from "./settings.ts";
import { Steering } from "./steering.ts";
import { Store } from "./store/store.ts";
import { Tokens } from "./tokens.ts";

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
  readonly #parts: Parts;
  readonly #feed: EventFeed;
  readonly #disposables: readonly Disposable[];
  readonly #started: number;
  #config: HostConfig;
  #socketListener: Listener | null = null;
  #httpListener: (Listener & { readonly port: number }) | null = null;
  #loading: Promise<void> = Promise.resolve();
  #isReady = false;
  #problems: string[] = [];
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
    this.#feed = new EventFeed(this.journal, EVENT_READERS);
    const { core, modules, journal, settings } = this;
    const metrics = new Metrics({ core, modules, journal, operations, feed: this.#feed });
    const steering = new Steering({
      core,
      modules,
      settings,
      operations,
      depmod: options.depmod,
      configure: () => this.#configure(),
    });
    this.#parts = {
      core,
      modules,
      journal,
      settings,
      operations,
      steering,
      feed: this.#feed,
      metrics,
      consoleFiles: made.files,
      status: () => this.#status(),
      reload: () => this.reload(),
      // Its answer is to be sent before.
      down: () => void setImmediate(() => void this.stop()),
      failed: (error) => core.log.error(`the host has made a mistake: ${error.stack ?? error.message}`, { error }),
    };
    this.#disposables = [
      new Recorder(core, modules, journal),
      metrics,
      this.#feed,
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
    const { http } = this.#config.listen;
    if (this.#httpListener === null || http === false) return null;
    const host = http.host === "::1" ? "[::1]" : http.host;
    return `http://${host}:${this.#httpListener.port}`;
  }

  /** What went wrong at the start or at the last reload. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  async #start(): Promise<void> {
    this.#configure();
    const { listen } = this.#config;
    try {
      if (this.socket !== null) {
        const app = makeApp(this.#parts, { kind: "socket", role: listen.socketRole });
        this.#socketListener = await listenOnSocket(app, this.socket, listen);
      }
      await this.#listenOnPort();
      await this.#note("start");
    } catch (error) {
      await this.#close();
      throw error;
    }
    this.#loading = this.#load(this.#config.modules).then(() => {
      this.#isReady = true;
    });
  }

  async #listenOnPort(): Promise<void> {
    const { http, rate } = this.#config.listen;
    if (http === false) return;
    const limit = new RateLimit(rate, () => performance.now());
    const port = (): number => this.#httpListener?.port ?? 0;
    const app = makeApp(this.#parts, { kind: "tcp", tokens: this.tokens, rate: limit, port });
    this.#httpListener = await listenOnPort(app, http, this.#config.listen);
  }

  /** What the configuration says of modules, and over it what operators have set. */
  #configure(): void {
    const { options, blacklist, isolation } = this.#config;
    const params = { ...options };
    for (const [module, written] of Object.entries(this.settings.params())) {
      params[module] = { ...params[module], ...this.#usable(module, written) };
    }
    this.modules.configure({ params, blacklist: [...blacklist, ...this.settings.blacklist()], isolation });
  }

  /** Without what a module of another version does not take: it is to be loaded all the same. */
  #usable(module: string, written: Readonly<Record<string, string>>): Record<string, string> {
    const params = this.modules.index.find(module)?.params;
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

  /** One that cannot be loaded is told of, and the others are loaded. */
  async #load(names: readonly string[]): Promise<void> {
    if (this.#config.autoload) this.modules.autoload.start();
    for (const name of names) {
      if (this.#stopping !== null) return;
      try {
        await this.modules.modprobe(name);
      } catch (error) {
        this.#problem(`cannot load module ${name}: ${toError(error).message} (${errnoOf(error)})`);
      }
    }
  }

  #problem(message: string): void {
    this.#problems.push(message);
    this.core.log.error(message);
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
    const reloaded = this.#reloading.then(() => this.#reload());
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
    this.#problems = [];
    this.modules.setIndex(await this.#options.depmod());
    this.#config = next;
    if (!same(before.listen, next.listen)) await this.#listenAnew(before);
    this.#configure();
    for (const key of ["name", "state", "limits", "crash", "journal"] as const) {
      if (!same(before[key], next[key])) this.#problem(`${key} has changed: that holds after a restart of the host`);
    }
    if (before.listen.socket !== next.listen.socket || before.listen.socketRole !== next.listen.socketRole) {
      this.#problem("the socket has changed: that holds after a restart of the host");
    }
    if (before.autoload && !next.autoload) this.modules.autoload.stop();
    for (const name of before.modules.filter((each) => !next.modules.includes(each)).toReversed()) {
      await this.modules
        .remove(name)
        .catch((error: unknown) => this.#problem(`cannot unload module ${name}: ${toError(error).message}`));
    }
    await this.#rewriteParams(before, next);
    await this.#load(next.modules.filter((name) => !before.modules.includes(name)));
    await this.#note("reload", this.#problems.join("; "));
  }

  async #listenAnew(before: HostConfig): Promise<void> {
    const old = this.#httpListener;
    const moved = !same(before.listen.http, this.#config.listen.http);
    if (!moved) {
      this.#problem("rate and connections have changed: that holds after a restart of the host");
      return;
    }
    try {
      this.#httpListener = null;
      await this.#listenOnPort();
    } catch (error) {
      this.#httpListener = old;
      this.#config = before;
      throw error;
    }
    await old?.close();
  }

  /** The parameters that are others now, of modules that are loaded. */
  async #rewriteParams(before: HostConfig, next: HostConfig): Promise<void> {
    for (const { name } of this.modules.lsmod()) {
      for (const [param, value] of Object.entries(next.options[name] ?? {})) {
        if (before.options[name]?.[param] === value) continue;
        await this.modules
          .setParam(name, param, value)
          .catch((error: unknown) => this.#problem(toError(error).message));
      }
    }
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
      problems: this.#problems,
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

  /** Takes everything down in order: callers first, modules, the journal last. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
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
    await Promise.all([this.#socketListener?.close(), this.#httpListener?.close()]);
    await this.journal.close();
    await this.#store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const VERSION = versionOfPackage();

function versionOfPackage(): string {
  const manifest: unknown = createRequire(import.meta.url)("../package.json");
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "?";
}
