import {
  type AuxiliaryDevice,
  BusError,
  type Device,
  type DeviceLink,
  type DeviceLinkOptions,
  type DriverCore,
  Module,
} from "auxbus";
import type { Command, DeviceDeclaration, DriverDeclaration } from "./command.ts";
import { ScenarioDriver } from "./scenario-driver.ts";
import type { VirtualRuntime } from "./virtual-runtime.ts";

interface ScenarioDevice {
  readonly declaration: DeviceDeclaration;
  device: AuxiliaryDevice | null;
  /** Made by `create`: it has no release of the scenario's. */
  created: boolean;
  released: boolean;
}

export interface ScenarioWorldOptions {
  readonly core: DriverCore;
  readonly runtime: VirtualRuntime;
  /** Takes the lines of the trace. */
  readonly emit: (line: string) => void;
  /** Starts a command without waiting for it. */
  readonly start: (command: Command) => void;
}

/** A bus and the objects that a scenario has declared on it. */
export class ScenarioWorld {
  readonly core: DriverCore;
  readonly runtime: VirtualRuntime;
  /** Who the root devices belong to. */
  readonly module: Module = new Module("scenario");
  readonly parents: Map<string, Device> = new Map();
  readonly emit: (line: string) => void;
  readonly start: (command: Command) => void;
  readonly #devices = new Map<string, ScenarioDevice>();
  readonly #drivers = new Map<string, ScenarioDriver>();
  /** Those that a scenario takes away itself, each as often as it was asked for. */
  readonly #stateless: DeviceLink[] = [];

  constructor(options: ScenarioWorldOptions) {
    this.core = options.core;
    this.runtime = options.runtime;
    this.emit = options.emit;
    this.start = options.start;
  }

  /** @throws {BusError} `ENODEV` it was unregistered */
  parent(name: string): Device {
    const parent = this.parents.get(name);
    if (parent === undefined) throw new BusError("ENODEV", `${name} is not there any more`);
    return parent;
  }

  declareDevice(declaration: DeviceDeclaration): void {
    this.#devices.set(declaration.device, { declaration, device: null, created: false, released: false });
  }

  /** The auxiliary device, once it was initialised. @throws {BusError} `EINVAL` it was not */
  device(name: string): AuxiliaryDevice {
    const device = this.#devices.get(name)?.device ?? null;
    if (device === null) throw new BusError("EINVAL", `device ${name} was not initialised; init it first`);
    return device;
  }

  initDevice(name: string): void {
    const entry = this.#unused(name, "init");
    const { parent, name: deviceName, id } = entry.declaration;
    // Untyped, as it comes from callers in JavaScript: the bus itself must refuse what is missing.
    const { auxiliary } = this.core;
    // oxlint-disable-next-line typescript/no-unsafe-assignment, typescript/unbound-method -- as the line above says
    entry.device = Reflect.apply(auxiliary.init, auxiliary, [
      parent === undefined ? null : this.#parentOf(parent),
      { name: deviceName, id, release: () => this.#released(name, entry) },
    ]);
    entry.created = false;
    entry.released = false;
  }

  /** @throws {BusError} as `auxiliary.create`; `EBUSY` it is there; `EINVAL` it has no parent, or no name */
  async createDevice(name: string, module: string | undefined): Promise<void> {
    const entry = this.#unused(name, "create");
    const { parent, name: deviceName, id } = entry.declaration;
    if (parent === undefined || deviceName === undefined || module === undefined) {
      throw new BusError("EINVAL", `create ${name} needs parent=, name= and modname=`, { op: "create" });
    }
    const options = { module, name: deviceName, id };
    entry.device = await this.core.auxiliary.create(this.#parentOf(parent), options);
    entry.created = true;
    entry.released = false;
  }

  /** @throws {BusError} `EINVAL` it was not created */
  async destroyDevice(name: string): Promise<void> {
    const entry = this.#devices.get(name);
    if (entry?.created !== true) throw new BusError("EINVAL", `device ${name} was not created`, { op: "destroy" });
    await this.device(name).destroy();
    entry.device = null;
    entry.created = false;
  }

  #unused(name: string, op: string): ScenarioDevice {
    const entry = this.#devices.get(name);
    if (entry === undefined) throw new BusError("EINVAL", `device ${name} is not declared`, { op });
    if (entry.device !== null && !entry.released) {
      throw new BusError("EBUSY", `device ${name} is in use; uninit it first`, { op });
    }
    return entry;
  }

  #parentOf(parent: string): Device {
    return this.parents.get(parent) ?? this.device(parent);
  }

  #released(name: string, entry: ScenarioDevice): void {
    entry.released = true;
    this.emit(`release ${name}`);
  }

  /** @throws {BusError} as `core.link` */
  link(consumer: string, supplier: string, options: DeviceLinkOptions): void {
    const link = this.core.link(this.device(consumer), this.device(supplier), options);
    if (options.stateless === true) this.#stateless.push(link);
  }

  /** @throws {BusError} `EINVAL` there is no stateless link between them */
  unlink(consumer: string, supplier: string): void {
    const [one, other] = [this.device(consumer), this.device(supplier)];
    const index = this.#stateless.findIndex((link) => link.consumer === one && link.supplier === other);
    const [link] = index === -1 ? [] : this.#stateless.splice(index, 1);
    if (link === undefined) {
      throw new BusError("EINVAL", `there is no stateless link from ${consumer} to ${supplier}`, { op: "undevlink" });
    }
    link.remove();
  }

  declareDriver(declaration: DriverDeclaration): void {
    this.#drivers.set(declaration.driver, new ScenarioDriver(this, declaration));
  }

  driver(name: string): ScenarioDriver {
    const driver = this.#drivers.get(name);
    if (driver === undefined) throw new BusError("EINVAL", `driver ${name} is not declared`);
    return driver;
  }

  /** Takes away what the scenario has left, except for references that it has not put. */
  async cleanUp(): Promise<void> {
    for (const driver of this.#drivers.values()) driver.unblock();
    await this.runtime.runUntilIdle();
    for (const { device } of [...this.#devices.values()].toReversed()) {
      if (device === null) continue;
      if (device.state === "added") await this.runtime.complete(device.delete());
      dropFirstReference(device);
    }
    for (const driver of this.#drivers.values()) {
      if (driver.registered) await this.runtime.complete(driver.unregister());
    }
    for (const parent of this.parents.values()) await this.runtime.complete(parent.destroy());
    await this.runtime.runUntilIdle();
  }

  /** The declared devices that were made and never released. */
  leaks(): string[] {
    const left = ({ device, released, created }: ScenarioDevice): boolean => device !== null && !released && !created;
    return [...this.#devices].filter(([, entry]) => left(entry)).map(([name]) => name);
  }
}

function dropFirstReference(device: AuxiliaryDevice): void {
  try {
    device.uninit();
  } catch (error) {
    if (!(error instanceof BusError && error.code === "EINVAL")) throw error;
  }
}
