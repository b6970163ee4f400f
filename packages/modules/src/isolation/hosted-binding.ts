import type { AuxiliaryDevice, Binding, LogDetails, LogLevel } from "auxbus";
import { BusError, toError } from "auxbus";
import { ByReference } from "./codec.ts";
import type { DriverHost } from "./driver-host-link.ts";
import { PmGuard } from "./pm-guard.ts";
import type { ProbeRequest } from "./protocol.ts";
import type { Session } from "./session.ts";
import { Watch } from "./watch.ts";

/** What is bound, and how long it may be silent, in milliseconds. */
export interface HostedBindingOptions {
  readonly host: DriverHost;
  readonly device: AuxiliaryDevice;
  readonly binding: Binding<AuxiliaryDevice>;
  readonly driverKey: number;
  readonly idIndex: number;
  readonly probeTimeout: number;
  readonly removeTimeout: number;
}

/** An isolated driver's time with one device, on the side of the bus. */
export class HostedBinding {
  readonly host: DriverHost;
  readonly #options: HostedBindingOptions;
  readonly #session: Session;
  readonly #watch: Watch;
  readonly #pm: PmGuard;

  constructor(options: HostedBindingOptions) {
    const { host, device } = options;
    this.#options = options;
    this.host = host;
    this.#watch = new Watch(device.core);
    this.#pm = new PmGuard(device.runtimePm);
    this.#session = host.open(new BusEnd(device, this.#watch));
  }

  /** @throws what the driver's probe throws; {BusError} `EIO` its worker or process has ended meanwhile */
  async probe(): Promise<void> {
    const { device, binding, driverKey, idIndex, probeTimeout } = this.#options;
    const { driver } = binding;
    const request: ProbeRequest = {
      driver: driverKey,
      driverName: driver.name,
      moduleName: driver.module.name,
      device: {
        name: device.name,
        id: device.id,
        path: device.path,
        matchName: device.matchName,
        modalias: device.modalias,
        version: device.version,
      },
      idIndex,
      self: device,
      shared: sharedOf(device),
      runtimePm: this.#pm,
      module: driver.module,
      services: servicesOf(device.core.services),
      signal: binding.signal,
      handover: binding.handover,
    };
    // However it ends, what the driver has acquired goes, and then the session.
    binding.resources.defer(() => this.#end());
    await this.#ask("probe", probeTimeout, request);
  }

  async remove(): Promise<void> {
    if (!this.host.dead) await this.#ask("remove", this.#options.removeTimeout);
  }

  callback(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.#ask("callback", this.#options.removeTimeout, name, args);
  }

  async pm(name: string): Promise<void> {
    await this.#ask("pm", this.#options.removeTimeout, name);
  }

  handler(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.#ask("handler", this.#options.removeTimeout, name, args);
  }

  async #ask(method: string, ms: number, ...args: readonly unknown[]): Promise<unknown> {
    const { host } = this;
    const { device } = this.#options;
    try {
      return await this.#watch.during(this.#session.ask(method, ...args), ms, () => {
        void host.end(`silent for ${ms} ms in ${method} of ${device.name}`);
      });
    } catch (error) {
      if (!host.dead) throw error;
      throw new BusError("EIO", `${host.name} has ended in ${method} of ${device.name}: ${host.why ?? ""}`, {
        op: method,
        device: device.name,
        driver: this.#options.binding.driver.name,
        cause: toError(error),
      });
    }
  }

  /** A driver that is still there gives back what it has acquired; for one that is not, it is taken. */
  async #end(): Promise<void> {
    const { core, name } = this.#options.device;
    if (!this.host.dead) {
      await this.#ask("release", this.#options.removeTimeout).catch((error: unknown) =>
        core.log.error(`${name}: ${toError(error).message}`, { device: name, error }),
      );
    }
    if (this.host.dead) await this.#pm.undo();
    this.#session.close(
      new BusError("ENODEV", `the driver of ${name} was unbound; what it was given does not work any more`, {
        device: name,
      }),
    );
    await this.#session.disposeOwned((error) =>
      core.log.error(`${name}: releasing what its driver has left behind failed: ${error.message}`, {
        device: name,
        error,
      }),
    );
  }
}

/** What an isolated driver reaches of the bus while it is bound. */
class BusEnd {
  readonly #device: AuxiliaryDevice;
  readonly #watch: Watch;

  constructor(device: AuxiliaryDevice, watch: Watch) {
    this.#device = device;
    this.#watch = watch;
  }

  log(level: LogLevel, message: string, details?: LogDetails): void {
    this.#device.core.log.write(level, message, details);
  }

  progress(): void {
    this.#watch.progress();
  }
}

/** Data is copied, as its type says; what has methods is called where it is. */
function sharedOf(device: AuxiliaryDevice): unknown {
  const shared: unknown = device.shared;
  if (typeof shared !== "object" || shared === null) return shared;
  const members = Object.values(Object.getOwnPropertyDescriptors(shared));
  return members.some(({ value }) => typeof value === "function") ? new ByReference(shared) : shared;
}

export function servicesOf(services: { entries(): Iterable<[string, unknown]> }): Record<string, unknown> {
  const references: Record<string, unknown> = {};
  for (const [name, service] of services.entries()) {
    if (typeof service === "object" && service !== null) references[name] = new ByReference(service);
  }
  return references;
}
