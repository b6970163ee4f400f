import { type AuxiliaryDevice, BusError, type DriverCore, type Timer, toError } from "auxbus";
import type { CrashCount, CrashPolicy, CrashRecord } from "./crash-policy.ts";
import { DriverHost } from "./driver-host-link.ts";
import type { HostedModule } from "./hosted-module.ts";
import type { HostKind, HostLimits } from "./start-host.ts";

export interface HostingOptions {
  readonly core: DriverCore;
  readonly policy: CrashPolicy;
  readonly kind: HostKind;
  readonly limits: HostLimits;
  /** Makes the place for a module of its own, when a shared one has crashed too often. */
  readonly separate: (module: HostedModule) => Hosting;
  /** Hears of a crash, when it has been counted. */
  readonly crashed: (crash: CrashRecord) => void;
  /** No module is left in it, because each has a place of its own now. */
  readonly emptied: (hosting: Hosting) => void;
}

/** A place for isolated modules: one worker or process at a time, started again when it crashes. */
export class Hosting {
  readonly kind: HostKind;
  readonly modules: Set<HostedModule> = new Set();
  readonly #options: HostingOptions;
  readonly #crashes: CrashCount;
  #host: DriverHost | null = null;
  /** How often in a row a module could not be started again. */
  #failures = 0;
  #backoff: Timer | null = null;
  #ending: Promise<unknown> | null = null;
  /** What is going on after a crash. */
  #recovery: Promise<void> = Promise.resolve();

  constructor(options: HostingOptions) {
    this.kind = options.kind;
    this.#options = options;
    this.#crashes = options.policy.newCount();
  }

  get host(): DriverHost | null {
    return this.#host;
  }

  /** Crashes that still count. */
  get crashes(): number {
    return this.#crashes.count(this.#options.core.runtime.now());
  }

  /** Starts a module here. @throws {BusError} what its `init` throws */
  async add(module: HostedModule): Promise<void> {
    await this.#recovery;
    this.modules.add(module);
    try {
      await module.start(this.#running());
    } catch (error) {
      this.modules.delete(module);
      await module.dropMissing();
      await this.#endIfEmpty();
      throw error;
    }
  }

  /** Stops a module; the last one takes the worker or process with it. */
  async remove(module: HostedModule): Promise<void> {
    this.modules.delete(module);
    try {
      await module.exit();
    } finally {
      await this.#endIfEmpty();
    }
  }

  async #endIfEmpty(): Promise<void> {
    if (this.modules.size > 0) return;
    this.#backoff?.cancel();
    this.#backoff = null;
    const host = this.#host;
    this.#host = null;
    this.#ending = host?.end("no module is left in it") ?? null;
    await this.#ending;
    this.#ending = null;
  }

  #running(): DriverHost {
    if (this.#host !== null && !this.#host.dead) return this.#host;
    const { core, kind, limits } = this.#options;
    const host = new DriverHost(
      core,
      kind,
      limits,
      [...this.modules].map(({ folder }) => folder),
    );
    this.#host = host;
    void host.ended.then((why) => this.#ended(host, why));
    return host;
  }

  #ended(host: DriverHost, why: string): void {
    // It was ended because nobody needs it.
    if (this.#host !== host) return;
    this.#host = null;
    const { core, policy } = this.#options;
    const now = core.runtime.now();
    const names = [...this.modules].map(({ name }) => name).join(", ");
    core.log.error(`${host.name} of ${names} has crashed: ${why}`);
    this.#crashes.add(now);
    const lost: Lost[] = [];
    for (const module of this.modules) {
      for (const device of module.lost()) lost.push({ device, module });
    }
    for (const { device, module } of lost) policy.crashed(device.name, module.name, why, now);
    this.#options.crashed({
      host: host.name,
      modules: [...this.modules].map(({ name }) => name),
      why,
      lost: lost.map(({ device, module }) => ({
        device,
        module: module.name,
        parked: policy.parked(device.name) !== undefined,
      })),
      time: now,
    });
    // A restart that is going on has just failed, and ends by itself.
    this.#recovery = this.#recovery
      .then(() => this.#recover(lost))
      .catch((error: unknown) =>
        core.log.error(`${names}: cannot be started again: ${toError(error).message}`, { error }),
      );
  }

  async #recover(lost: readonly Lost[]): Promise<void> {
    const { policy } = this.#options;
    for (const { device, module } of lost) await unbindLost(device, module);
    for (const module of this.modules) await module.giveBack();
    if (this.modules.size === 0 || policy.givesUp(this.#failures)) return;
    const crashes = this.crashes;
    await this.#pause(policy.delay(crashes));
    const places = new Map<HostedModule, Hosting>();
    for (const module of this.modules) {
      const apart = this.modules.size > 1 && policy.separates(crashes);
      places.set(module, apart ? this.#options.separate(module) : this);
    }
    for (const [module, place] of places) {
      if (place !== this) {
        this.modules.delete(module);
        place.modules.add(module);
      }
      await place.#restart(
        module,
        lost.filter((entry) => entry.module === module).map(({ device }) => device),
      );
    }
    if (this.modules.size === 0) this.#options.emptied(this);
  }

  async #restart(module: HostedModule, lost: readonly AuxiliaryDevice[]): Promise<void> {
    // It was unloaded meanwhile.
    while (this.modules.has(module)) {
      const host = this.#running();
      try {
        await module.start(host);
        break;
      } catch (error) {
        if (!this.#goesOn(module, toError(error)) || host.dead) return;
        await this.#pause(this.#options.policy.delay(this.#failures));
      }
    }
    this.#failures = 0;
    await module.dropMissing();
    const waiting = [...module.drivers.values()].flatMap((driver) => [...driver.waiting]);
    for (const driver of module.drivers.values()) driver.waiting.clear();
    for (const device of new Set([...lost, ...waiting])) await bindAgain(device);
  }

  /** Whether a module that could not be started is tried once more. One that has ended its host is, by its crash. */
  #goesOn(module: HostedModule, error: Error): boolean {
    const { core, policy } = this.#options;
    core.log.error(`module ${module.name} could not be started again: ${error.message}`, { error });
    if (!policy.givesUp(++this.#failures)) return true;
    const why = `${module.name} could not be started again after ${this.#failures} attempts, the last one: ${error.message}`;
    for (const driver of module.drivers.values()) driver.giveUp(why);
    return false;
  }

  /** Tries modules again that have been given up. @returns whether there were any */
  retry(): boolean {
    if (!this.#options.policy.givesUp(this.#failures)) return false;
    this.#failures = 0;
    this.#recovery = this.#recovery.then(async () => {
      for (const module of this.modules) if (!module.running) await this.#restart(module, []);
    });
    return true;
  }

  /** When nothing is going on after a crash any more. */
  get recovery(): Promise<void> {
    return this.#recovery;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#backoff = this.#options.core.runtime.setTimer(() => {
        this.#backoff = null;
        resolve();
      }, ms);
    });
  }

  /** Waits until it has nothing more to do by itself. */
  async rest(): Promise<void> {
    await this.#ending;
    await this.#host?.rest();
  }

  /** Changes whenever something happens here. */
  get activity(): string {
    return `${this.#host?.name} ${this.#host?.messages} ${this.#ending === null}`;
  }
}

interface Lost {
  readonly device: AuxiliaryDevice;
  readonly module: HostedModule;
}

/** Unbinds a device whose driver has gone, unless whoever was at it has done so already. */
async function unbindLost(device: AuxiliaryDevice, module: HostedModule): Promise<void> {
  const { driver } = device;
  if (driver === null || !module.drivers.has(driver.name)) return;
  try {
    await device.unbind();
  } catch (error) {
    const { code } = error instanceof BusError ? error : { code: "EIO" };
    device.core.log.error(`${device.name}: cannot be unbound after its driver's crash: ${code}`, { error });
  }
}

async function bindAgain(device: AuxiliaryDevice): Promise<void> {
  if (device.state !== "added" || device.driver !== null) return;
  try {
    await device.attach();
  } catch (error) {
    device.core.log.error(`${device.name}: cannot be probed again: ${toError(error).message}`, { error });
  }
}
