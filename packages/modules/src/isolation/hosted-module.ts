import {
  type AuxiliaryDevice,
  BusError,
  type DriverCore,
  type LogDetails,
  type LogLevel,
  type Module,
  type ModuleParams,
  type ParamValue,
  toError,
} from "auxbus";
import type { CrashPolicy } from "./crash-policy.ts";
import type { DriverHost } from "./driver-host-link.ts";
import { servicesOf } from "./hosted-binding.ts";
import { type DriverPlace, IsolatedDriver, SILENCE } from "./isolated-driver.ts";
import type { DriverDescription, LoadRequest } from "./protocol.ts";
import type { Session } from "./session.ts";
import { Watch } from "./watch.ts";

/** What is needed to start a module somewhere, again and again. */
export interface HostedModuleOptions {
  readonly core: DriverCore;
  readonly policy: CrashPolicy;
  readonly module: Module;
  /** What to import. */
  readonly url: string;
  /** The folder of its package. */
  readonly folder: string;
  readonly params: ModuleParams;
  /** It is to take the drivers of another version over: what it registers is offered, not put on the bus. */
  readonly offers?: boolean;
}

/** What another version of a module would register. */
export interface Offer {
  readonly description: DriverDescription;
  readonly place: DriverPlace;
}

/** A module that runs in a worker or process: the side of the bus. It outlives the worker or process. */
export class HostedModule {
  readonly name: string;
  readonly folder: string;
  readonly drivers: Map<string, IsolatedDriver> = new Map();
  /** What it has registered while it was not yet in charge. */
  readonly offers: Map<string, Offer> = new Map();
  /** Another version is in charge of its drivers. */
  retired = false;
  #offering: boolean;
  readonly #options: HostedModuleOptions;
  readonly #watch: Watch;
  #host: DriverHost | null = null;
  #session: Session | null = null;

  constructor(options: HostedModuleOptions) {
    this.#options = options;
    this.name = options.module.name;
    this.folder = options.folder;
    this.#offering = options.offers === true;
    this.#watch = new Watch(options.core);
  }

  /** It was started, and its worker or process is there. */
  get running(): boolean {
    return this.#host?.dead === false;
  }

  /**
   * Starts it in a worker or process, for the first time or again; what it registers then takes the place of what
   * it has registered before.
   */
  async start(host: DriverHost): Promise<void> {
    const { core, module, url, params } = this.#options;
    this.#host = host;
    const session = host.open(
      new ModuleBusEnd(
        core,
        this.#watch,
        (description) => this.#register(host, description),
        (name) => this.#unregister(name),
      ),
    );
    this.#session = session;
    const request: LoadRequest = {
      url,
      name: this.name,
      params: { ...params },
      module,
      services: servicesOf(core.services),
    };
    try {
      await this.#ask("load", request);
    } catch (error) {
      for (const driver of this.drivers.values()) driver.place = null;
      this.#host = null;
      await this.#close(session);
      throw error;
    }
  }

  /** Stops it, in order if its worker or process is still there. */
  async exit(): Promise<void> {
    const failures: Error[] = [];
    if (this.#host?.dead === false) {
      await this.#ask("exit").catch((error: unknown) => failures.push(toError(error)));
    }
    // An exit that was not called, or has forgotten some.
    for (const driver of [...this.drivers.values()].toReversed()) await driver.unregister();
    this.drivers.clear();
    if (this.#session !== null) await this.#close(this.#session);
    this.#host = null;
    const [failure] = failures;
    if (failure !== undefined) throw failure;
  }

  async paramChanged(name: string, value: ParamValue): Promise<void> {
    await this.#ask("paramChanged", name, value);
  }

  async #close(session: Session): Promise<void> {
    session.close(new BusError("ENODEV", `module ${this.name} was unloaded`));
    const { log } = this.#options.core;
    await session.disposeOwned((error) => log.error(`${this.name}: ${error.message}`, { error }));
  }

  async #ask(method: string, ...args: readonly unknown[]): Promise<void> {
    const host = this.#host;
    const session = this.#session;
    if (host === null || session === null) throw new BusError("ENODEV", `module ${this.name} is not loaded`);
    try {
      await this.#watch.during(session.ask(method, ...args), SILENCE, () => {
        void host.end(`silent for ${SILENCE} ms in ${method} of module ${this.name}`);
      });
    } catch (error) {
      if (!host.dead) throw error;
      throw new BusError("EIO", `${host.name} has ended in ${method} of module ${this.name}: ${host.why ?? ""}`, {
        op: method,
        cause: toError(error),
      });
    }
  }

  /** Its worker or process has ended: nothing can be probed until it is started again. */
  lost(): AuxiliaryDevice[] {
    const devices: AuxiliaryDevice[] = [];
    for (const driver of this.drivers.values()) {
      driver.place = null;
      devices.push(...driver.bindings.keys());
    }
    return devices;
  }

  async #register(host: DriverHost, description: DriverDescription): Promise<void> {
    const { core, policy, module } = this.#options;
    const name = description.name === undefined ? this.name : `${this.name}.${description.name}`;
    const place = { host, key: description.key };
    if (this.#offering) {
      this.offers.set(name, { description, place });
      return;
    }
    const known = this.drivers.get(name);
    if (known !== undefined && known.place === null) {
      known.moveTo(place);
      return;
    }
    const driver = new IsolatedDriver(core, policy, description, place);
    if (known === undefined) this.drivers.set(name, driver);
    try {
      await driver.register(module);
    } catch (error) {
      if (this.drivers.get(name) === driver) this.drivers.delete(name);
      throw error;
    }
  }

  /** A driver that was offered, for the bus. */
  newDriver({ description, place }: Offer): IsolatedDriver {
    const { core, policy } = this.#options;
    return new IsolatedDriver(core, policy, description, place);
  }

  register(driver: IsolatedDriver): Promise<void> {
    return driver.register(this.#options.module);
  }

  /** It is in charge now: what it registers from here on goes to the bus. */
  takeCharge(): void {
    this.#offering = false;
    this.offers.clear();
  }

  /** Takes away what it has not registered again when it was started again. */
  async dropMissing(): Promise<void> {
    for (const [name, driver] of this.drivers) {
      if (driver.place !== null) continue;
      this.drivers.delete(name);
      await driver.unregister();
    }
  }

  async #unregister(name: string): Promise<void> {
    if (this.retired || this.offers.delete(name)) return;
    const driver = this.drivers.get(name);
    if (driver === undefined) {
      throw new BusError("EINVAL", `module ${this.name} has no driver ${name}`, { op: "unregister", driver: name });
    }
    this.drivers.delete(name);
    await driver.unregister();
  }
}

/** What an isolated module reaches of the bus. */
class ModuleBusEnd {
  readonly #core: DriverCore;
  readonly #watch: Watch;
  readonly #register: (description: DriverDescription) => Promise<void>;
  readonly #unregister: (name: string) => Promise<void>;

  constructor(
    core: DriverCore,
    watch: Watch,
    register: (description: DriverDescription) => Promise<void>,
    unregister: (name: string) => Promise<void>,
  ) {
    this.#core = core;
    this.#watch = watch;
    this.#register = register;
    this.#unregister = unregister;
  }

  log(level: LogLevel, message: string, details?: LogDetails): void {
    this.#core.log.write(level, message, details);
  }

  progress(): void {
    this.#watch.progress();
  }

  register(description: DriverDescription): Promise<void> {
    return this.#register(description);
  }

  unregister(name: string): Promise<void> {
    return this.#unregister(name);
  }
}
