import type { Attributes } from "./attributes.ts";
import { attachDevice, bindByHand, type Candidate, type Match } from "./attach.ts";
import type { Binding } from "./binding.ts";
import { BusDevices } from "./bus-devices.ts";
import type { DriverCore } from "./core.ts";
import type { Device } from "./device.ts";
import { type Done, Driver, type DriverDefinition } from "./driver.ts";
import { BusError, toError } from "./errors.ts";
import { withLock } from "./lock.ts";
import { after, type MaybePromise, promised } from "./maybe-promise.ts";
import { Module } from "./module.ts";
import { registerDriver } from "./registration-driver.ts";
import { releaseDriver } from "./unbind.ts";

/** What a bus tells about its devices, at the places where the kernel's bus notifiers are called. */
export type BusNotification =
  | "add-device"
  | "delete-device"
  | "removed-device"
  | "bind-driver"
  | "bound-driver"
  | "unbind-driver"
  | "unbound-driver"
  | "driver-not-bound";

interface BusListener<D extends Device> {
  heard(event: BusNotification, device: D): void;
}

export interface RegisterOptions {
  /** The module that the driver belongs to. */
  readonly module: string | Module;
}

/**
 * A bus: devices, drivers, and who matches whom (the kernel's `bus_type`). Subclass it for a bus of your own and
 * give it to `core.addBus`.
 */
export class Bus<D extends Device = Device> {
  readonly name: string;
  /** Try drivers when a device or driver appears (`drivers_autoprobe`); off, only `bind` and `rescan` do. */
  autoprobe = true;
  /** @internal Every device has a `driver_override` file. */
  readonly overrideFile: boolean = true;
  /** @internal How many drivers probe beside whatever goes on. */
  asyncDrivers = 0;
  readonly #devices = new BusDevices<D>();
  readonly #drivers = new Map<string, Driver>();
  #core: DriverCore | null = null;
  #listeners: Set<BusListener<D>> | null = null;
  #order = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** The core that the bus was given to. @throws {BusError} `ENODEV` before `core.addBus` */
  get core(): DriverCore {
    if (this.#core === null) {
      throw new BusError("ENODEV", `bus ${this.name} belongs to no core; call core.addBus first`, { op: "bus" });
    }
    return this.#core;
  }

  /** @internal */
  join(core: DriverCore | null): void {
    this.#core = core;
  }

  // What a bus of one's own replaces.

  /** Whether a driver is for a device: anything truthy, which the driver's probe gets as its `id`. */
  match(_device: D, _driver: Driver): unknown {
    return false;
  }

  /** Calls the driver's probe. */
  probe(device: D, driver: Driver, id: unknown, binding: Binding<D>): Done {
    return driver.definition.probe?.(device, id, binding);
  }

  /** Calls the driver's remove. */
  remove(device: D, driver: Driver): Done {
    return driver.definition.remove?.(device);
  }

  /** Calls the bound driver's shutdown. */
  shutdown(device: D, driver: Driver): Done {
    return driver.definition.shutdown?.(device);
  }

  /** What the uevents of a device say beyond its driver; `MODALIAS` makes modules load. */
  ueventEnv?(device: D): Record<string, string>;

  /** Files that every device of the bus has. */
  deviceAttributes?(device: D): Attributes;

  /** Why a matching driver may not have a device at all; it is not even probed then. */
  refusal(_device: D, _driver: Driver, _id: unknown): BusError | null {
    return null;
  }

  /** @internal Called after a driver was unbound or a probe failed. */
  unbound(_device: D): void {}

  // Looking.

  /** The device of this name. */
  find(name: string): D | undefined {
    const device = this.#devices.get(name);
    return device?.phase === "deleting" ? undefined : device;
  }

  /**
   * The devices in the order in which they were added; those after `after` when it is given. Devices may come and go
   * meanwhile.
   */
  *devices(after?: D): IterableIterator<D> {
    for (const device of this.#devices.walk(after)) if (device.phase !== "deleting") yield device;
  }

  /** How many devices the bus has. */
  get size(): number {
    return this.#devices.size;
  }

  /** The drivers in the order of their registration. */
  drivers(): IterableIterator<Driver> {
    return this.#drivers.values();
  }

  findDriver(name: string): Driver | undefined {
    return this.#drivers.get(name);
  }

  /** Hears what happens to the devices of the bus, inside the operation that does it. What it throws is logged. */
  subscribe(fn: (event: BusNotification, device: D) => void): Disposable {
    const listener: BusListener<D> = { heard: fn };
    const listeners = (this.#listeners ??= new Set());
    listeners.add(listener);
    return { [Symbol.dispose]: () => void listeners.delete(listener) };
  }

  // Doing.

  /**
   * Registers a driver and tries it on the devices that have none.
   *
   * @throws {BusError} `EBUSY` the bus has a driver of that name; `EDEADLK` called from a callback on a device
   *   that the driver matches
   */
  register(definition: DriverDefinition<D>, options: RegisterOptions): Promise<Driver> {
    return promised(() => registerDriver(new Driver(this, definition.name, asModule(options.module), definition)));
  }

  /**
   * Takes the driver of this name off the bus.
   *
   * @throws {BusError} `EINVAL` the bus has no such driver; otherwise as `Driver.unregister`
   */
  unregister(name: string): Promise<void> {
    const driver = this.#drivers.get(name);
    if (driver !== undefined) return driver.unregister();
    return Promise.reject(
      new BusError("EINVAL", `bus ${this.name} has no driver ${name}; only a registered driver can be unregistered`, {
        op: "unregister",
        driver: name,
      }),
    );
  }

  /**
   * Binds a driver to a device by hand, by the names that the bus shows (the driver's `bind` file).
   *
   * @throws {BusError} `ENOENT` no such driver, or it suppresses binding by hand; `ENODEV` no such device, or
   *   the driver does not match it; `EBUSY` it has a driver; `EAGAIN` the probe deferred; else the probe's error
   */
  bind(driver: string, device: string): Promise<void> {
    return promised(() => bindByHand(this, this.#byHand(driver, "bind"), this.#device(device, "bind")));
  }

  /**
   * Unbinds a driver from a device by hand (the driver's `unbind` file).
   *
   * @throws {BusError} `ENOENT` no such driver, or it suppresses unbinding by hand; `ENODEV` the driver is not
   *   bound to such a device
   */
  unbind(driver: string, device: string): Promise<void> {
    return promised(() => {
      const from = this.#byHand(driver, "unbind");
      const bound = this.#device(device, "unbind");
      if (bound.binding === null || !bound.binding.bound || bound.binding.driver !== from) {
        throw new BusError("ENODEV", `${device} is not bound to ${driver}`, { op: "unbind", device, driver });
      }
      return withLock(bound, "unbind", (hold) => releaseDriver(bound, hold, from));
    });
  }

  /**
   * Tries all matching drivers on a device that has none, whatever `autoprobe` says (`drivers_probe`).
   *
   * @throws {BusError} `ENODEV` no such device; `EPROBE_DEFER` a supplier of it is missing
   */
  rescan(device: string): Promise<void> {
    return promised(() =>
      after(attachDevice(this.#device(device, "rescan"), false), (failure) => {
        if (failure !== null) throw failure.error;
      }),
    );
  }

  /**
   * For a bus of one's own: calls something of the driver that is bound to a device, under the device's lock, as the
   * PCI bus does to recover from errors. The driver cannot be unbound meanwhile.
   *
   * @param what named in the error when it takes longer than the driver's remove may
   * @throws {BusError} `ENODEV` no driver is bound; `ETIMEDOUT`; `EDEADLK` called from a callback on this device; else
   *   what `fn` throws
   */
  callDriver<T>(device: D, what: string, fn: (driver: Driver) => T | PromiseLike<T>): Promise<T> {
    return promised(() =>
      withLock(device, what, (hold): MaybePromise<T> => {
        const { binding } = device;
        if (binding?.state !== "bound") {
          throw new BusError("ENODEV", `no driver is bound to ${device.name}`, { op: what, device: device.name });
        }
        const result = this.core.calls.run(hold, () => fn(binding.driver));
        return binding.within(what, result, binding.removeTimeout);
      }),
    );
  }

  #byHand(name: string, op: string): Driver {
    const driver = this.#drivers.get(name);
    if (driver?.bindFiles === true) return driver;
    const why = driver === undefined ? "there is no such driver" : "it suppresses binding by hand";
    throw new BusError("ENOENT", `cannot ${op} by hand with driver ${name} of bus ${this.name}: ${why}`, {
      op,
      driver: name,
    });
  }

  #device(name: string, op: string): D {
    const device = this.find(name);
    if (device !== undefined) return device;
    throw new BusError("ENODEV", `bus ${this.name} has no device ${name}`, { op, device: name });
  }

  // For the core.

  /** @internal The drivers to try on a device, in order. */
  candidates(device: D): readonly Candidate[] {
    const only = device.driverOverride;
    const candidates: Candidate[] = [];
    for (const driver of this.#drivers.values()) {
      if (!driver.admits || (only !== null && driver.name !== only)) continue;
      const id = this.#matchOf(device, driver);
      if (id || only !== null) candidates.push({ driver, id: id === true || !id ? undefined : id });
    }
    return candidates;
  }

  /** A bus that cannot compare matches nothing. */
  #matchOf(device: D, driver: Driver): unknown {
    try {
      return this.match(device, driver);
    } catch (error) {
      this.core.log.error(
        `${device.name}: bus ${this.name} could not match driver ${driver.name}: ${toError(error).message}`,
        {
          device: device.name,
          driver: driver.name,
          error,
        },
      );
      return false;
    }
  }

  /** @internal The devices to try a driver on, in bus order. */
  matchingDevices(driver: Driver): Iterable<Match<D>> {
    const matches: Match<D>[] = [];
    for (const device of this.#devices.walk()) {
      if (device.binding !== null && device.binding.bound) continue;
      const candidate = this.candidates(device).find((c) => c.driver === driver);
      if (candidate !== undefined) matches.push({ device, id: candidate.id });
    }
    return matches;
  }

  /** @internal Nothing could be bound to this device now: it need not even be locked. */
  idle(_device: D): boolean {
    return this.#drivers.size === 0;
  }

  /** @internal As `find`, but also what is being deleted. */
  lookup(name: string): D | undefined {
    return this.#devices.get(name);
  }

  /** @internal */
  nameTaken(name: string): boolean {
    return this.#devices.get(name) !== undefined;
  }

  /** @internal */
  addDevice(device: D): void {
    this.#devices.add(device, ++this.#order);
  }

  /** @internal */
  removeDevice(device: D): void {
    this.#devices.remove(device);
  }

  /** @internal */
  addDriver(driver: Driver): void {
    driver.order = ++this.#order;
    if (driver.probesAsync) this.asyncDrivers++;
    this.#drivers.set(driver.name, driver);
  }

  /** @internal From now on no new device is tried on the driver. */
  retireDriver(_driver: Driver): void {}

  /** @internal */
  removeDriver(driver: Driver): void {
    if (driver.probesAsync) this.asyncDrivers--;
    this.#drivers.delete(driver.name);
  }

  /** @internal */
  notify(event: BusNotification, device: D): void {
    if (this.#listeners === null) return;
    for (const listener of this.#listeners) {
      try {
        listener.heard(event, device);
      } catch (error) {
        this.core.log.error(`${device.name}: a listener of bus ${this.name} failed: ${toError(error).message}`, {
          device: device.name,
          error,
        });
      }
    }
  }
}

export function asModule(module: string | Module): Module {
  return typeof module === "string" ? new Module(module) : module;
}
