import { BusError, type DriverCore, type Module, type ModuleParams, toError } from "auxbus";
import type { RunningModule } from "../running-module.ts";
import { CrashPolicy, type CrashPolicyOptions, type CrashRecord, type Parked } from "./crash-policy.ts";
import { HostedModule } from "./hosted-module.ts";
import { Hosting } from "./hosting.ts";
import { takeOver } from "./take-over.ts";
import type { HostKind, HostLimits } from "./start-host.ts";

export interface IsolationOptions {
  readonly policy?: CrashPolicyOptions | undefined;
  /** What the worker or process of a module may have, by the module's name; `*` is for all that are not named. */
  readonly limits?: Readonly<Record<string, HostLimits>> | undefined;
}

/** What is to be started, and where. */
export interface IsolatedStart {
  readonly kind: HostKind;
  readonly module: Module;
  /** What to import. */
  readonly url: string;
  /** The folder of its package. */
  readonly folder: string;
  /** Looked at each time it is started. */
  readonly params: ModuleParams;
}

/** One worker or process, for people. */
export interface HostStatus {
  /** `worker 3`, `process 4711`; null while it is being started again. */
  readonly name: string | null;
  readonly kind: HostKind;
  readonly pid: number | null;
  readonly modules: readonly string[];
  readonly devices: readonly string[];
  /** Within the last 30 minutes, unless the policy says otherwise. */
  readonly crashes: number;
}

/**
 * Runs modules in workers and processes of their own, and starts them again when they crash: what Windows' UMDF
 * and Fuchsia's driver hosts do. Modules that ask for a worker share one until it has crashed twice; each that asks
 * for a process has its own.
 */
export class Isolation {
  readonly #core: DriverCore;
  readonly #options: IsolationOptions;
  readonly #policy: CrashPolicy;
  readonly #hostings = new Set<Hosting>();
  readonly #listeners = new Set<(crash: CrashRecord) => void>();
  #shared: Hosting | null = null;

  constructor(core: DriverCore, options: IsolationOptions = {}) {
    this.#core = core;
    this.#options = options;
    this.#policy = new CrashPolicy(options.policy);
  }

  /** Hears of every crash, when it has been counted. What `fn` throws is logged. */
  subscribe(fn: (crash: CrashRecord) => void): Disposable {
    const listener = (crash: CrashRecord): void => fn(crash);
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #tell(crash: CrashRecord): void {
    for (const listener of this.#listeners) {
      try {
        listener(crash);
      } catch (error) {
        this.#core.log.error(`a listener of crashes failed: ${toError(error).message}`, { error });
      }
    }
  }

  /** Starts a module. @throws {BusError} what its `init` throws; `EIO` its worker or process has ended in it */
  async start({ kind, ...what }: IsolatedStart): Promise<RunningModule> {
    let module = new HostedModule({ core: this.#core, policy: this.#policy, ...what });
    const shares = kind === "worker" && this.#limits(module) === this.#limits(null);
    await this.#add(module, shares ? this.#pool() : this.#own(kind, module));
    return {
      exit: () => this.#remove(module),
      paramChanged: (name, value) => module.paramChanged(name, value),
      canExit: true,
      // Another version is started beside this one, and gets one device after the other.
      upgrade: async (url, folder) => {
        const next = new HostedModule({
          core: this.#core,
          policy: this.#policy,
          ...what,
          url,
          folder,
          offers: true,
        });
        // New code needs a new worker: an old one keeps what it has imported.
        await this.#add(next, this.#own(kind, next));
        try {
          const devices = await takeOver(module, next);
          const old = module;
          module = next;
          await this.#remove(old);
          return devices;
        } catch (error) {
          if (module !== next) await this.#remove(next);
          throw error;
        }
      },
    };
  }

  async #add(module: HostedModule, hosting: Hosting): Promise<void> {
    try {
      await hosting.add(module);
    } catch (error) {
      this.#forget(hosting);
      throw error;
    }
  }

  async #remove(module: HostedModule): Promise<void> {
    const place = [...this.#hostings].find(({ modules }) => modules.has(module));
    if (place === undefined) return;
    try {
      await place.remove(module);
    } finally {
      this.#forget(place);
    }
  }

  #pool(): Hosting {
    return (this.#shared ??= this.#make("worker", this.#limits(null)));
  }

  #own(kind: HostKind, module: HostedModule): Hosting {
    return this.#make(kind, this.#limits(module));
  }

  #limits(module: HostedModule | null): HostLimits {
    const { limits = {} } = this.#options;
    const own = module === null ? undefined : limits[module.name];
    return own ?? limits["*"] ?? NO_LIMITS;
  }

  #make(kind: HostKind, limits: HostLimits): Hosting {
    const hosting = new Hosting({
      core: this.#core,
      policy: this.#policy,
      kind,
      limits,
      separate: (module) => this.#own(kind, module),
      crashed: (crash) => this.#tell(crash),
      emptied: (empty) => this.#forget(empty),
    });
    this.#hostings.add(hosting);
    return hosting;
  }

  #forget(hosting: Hosting): void {
    if (hosting.modules.size > 0) return;
    this.#hostings.delete(hosting);
    if (this.#shared === hosting) this.#shared = null;
  }

  /** The workers and processes. */
  hosts(): HostStatus[] {
    return [...this.#hostings].map((hosting) => ({
      name: hosting.host?.name ?? null,
      kind: hosting.kind,
      pid: hosting.host?.pid ?? null,
      modules: [...hosting.modules].map(({ name }) => name),
      devices: [...hosting.modules].flatMap(({ drivers }) =>
        [...drivers.values()].flatMap(({ bindings }) => [...bindings.keys()].map(({ name }) => name)),
      ),
      crashes: hosting.crashes,
    }));
  }

  /**
   * Ends the worker or process that a module is in, as a crash would: it is started again.
   *
   * @throws {BusError} `ENODEV` the module is in none
   */
  async kill(module: string): Promise<void> {
    const hosting = [...this.#hostings].find(({ modules }) => [...modules].some(({ name }) => name === module));
    if (hosting?.host == null) {
      throw new BusError("ENODEV", `module ${module} is in no worker or process`, { op: "kill" });
    }
    await hosting.host.end("ended by the operator");
  }

  /** The devices that have no driver any more because it has crashed too often. */
  parked(): Parked[] {
    return this.#policy.list();
  }

  /**
   * Forgets the crashes of a device and tries its drivers again.
   *
   * @throws {BusError} `ENODEV` there is no such device
   */
  async reset(name: string): Promise<void> {
    const parked = this.#policy.reset(name);
    const device = this.#core.auxiliary.find(name);
    if (device === undefined) {
      if (parked) return;
      throw new BusError("ENODEV", `there is no auxiliary device ${name}`, { op: "reset", device: name });
    }
    for (const hosting of this.#hostings) if (hosting.retry()) await hosting.recovery;
    if (device.driver === null) await device.attach();
  }

  /**
   * Waits until no worker or process has anything to do by itself, for tests in virtual time: what they wait for
   * outside the bus is not known.
   *
   * @returns whether anything was said meanwhile
   */
  async rest(): Promise<boolean> {
    const before = this.#activity();
    for (const hosting of this.#hostings) await hosting.rest();
    // One may have been woken while another one was waited for.
    return this.#activity() !== before;
  }

  #activity(): string {
    return [...this.#hostings].map(({ activity }) => activity).join();
  }
}

const NO_LIMITS: HostLimits = {};
