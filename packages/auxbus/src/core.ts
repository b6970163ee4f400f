import type { Attributes } from "./attributes.ts";
import { AuxiliaryBus } from "./auxiliary.ts";
import { AuxiliaryDevice } from "./auxiliary-device.ts";
import type { Bus } from "./bus.ts";
import { DeferredProbes } from "./deferred.ts";
import { Device } from "./device.ts";
import { BusError, type Errno, toError } from "./errors.ts";
import { explain, type Explanation } from "./explain.ts";
import { addLink, type DeviceLink, type DeviceLinkOptions } from "./links.ts";
import { Calls, withLock } from "./lock.ts";
import { KernelLog } from "./log.ts";
import type { Module } from "./module.ts";
import { SystemPower } from "./power.ts";
import { addDevice } from "./registration.ts";
import { type Runtime, systemRuntime } from "./runtime.ts";
import { type ServiceName, type Services, ServiceTable } from "./service.ts";
import { Sysfs } from "./sysfs.ts";
import { Tracepoints } from "./tracepoints.ts";
import { Uevents } from "./uevent.ts";
import { type BusView, InProcessView } from "./view.ts";
import { WorkQueue } from "./work.ts";

export interface DriverCoreOptions {
  readonly runtime?: Runtime;
  /** Milliseconds that an asynchronous probe may take before it is given up (60,000; 0: any time). */
  readonly probeTimeout?: number;
  /** Milliseconds that an asynchronous remove, handler or PM callback may take (60,000; 0: any time). */
  readonly removeTimeout?: number;
  /** Milliseconds after which optional dependencies are no longer waited for (10,000); see `DeferredProbes.check`. */
  readonly deferredProbeTimeout?: number;
  /** Adding a deleted device again: refused, or as on Linux, where it is there but never binds. */
  readonly readd?: "refuse" | "as-linux";
  /** For tests: every probe is followed by a remove and a second probe (DEBUG_TEST_DRIVER_REMOVE). */
  readonly testDriverRemove?: boolean;
  /** For tests: milliseconds between the last put and the release (DEBUG_KOBJECT_RELEASE). */
  readonly releaseDelay?: () => number;
  /** For tests: called at every internal step that can fail; what it answers is the step's error (fail-nth). */
  readonly failpoint?: (step: string) => Errno | undefined;
}

export interface RootDeviceOptions {
  readonly attributes?: Attributes;
  readonly release?: (device: Device) => void;
  /** The module that owns it. */
  readonly owner?: Module;
}

/** The driver core: all devices, buses and drivers that know of one another. A program usually has one. */
export class DriverCore {
  readonly runtime: Runtime;
  readonly auxiliary: AuxiliaryBus;
  readonly uevents: Uevents;
  readonly tracepoints: Tracepoints;
  readonly log: KernelLog;
  readonly sysfs: Sysfs;
  readonly power: SystemPower;
  readonly deferred: DeferredProbes;
  readonly services: ServiceTable = new ServiceTable();
  readonly probeTimeout: number;
  readonly removeTimeout: number;
  readonly deferredProbeTimeout: number;
  /** @internal */ readonly readd: "refuse" | "as-linux";
  /** @internal */ readonly testDriverRemove: boolean;
  /** @internal */ readonly calls: Calls;
  /** @internal */ readonly work: WorkQueue;
  /** @internal All device links. */ readonly links = new Set<DeviceLink>();
  /** @internal */ readonly owners = new Map<Device, Module>();
  readonly #roots = new Map<string, Device>();
  readonly #buses = new Map<string, Bus>();
  /** @internal Devices by class, then by name. */ readonly classes = new Map<string, Map<string, Device>>();
  readonly #plainChildren = new Map<Device, Map<string, Device>>();
  readonly #failpoint: ((step: string) => Errno | undefined) | undefined;
  readonly #releaseDelay: (() => number) | undefined;
  #powerOrder = 0;

  constructor(options: DriverCoreOptions = {}) {
    this.runtime = options.runtime ?? systemRuntime;
    this.probeTimeout = options.probeTimeout ?? 60_000;
    this.removeTimeout = options.removeTimeout ?? 60_000;
    this.deferredProbeTimeout = options.deferredProbeTimeout ?? 10_000;
    this.readd = options.readd ?? "refuse";
    this.testDriverRemove = options.testDriverRemove ?? false;
    this.#failpoint = options.failpoint;
    this.#releaseDelay = options.releaseDelay;
    this.calls = new Calls(this.runtime.context);
    this.log = new KernelLog(this.runtime);
    this.work = new WorkQueue(this.runtime, this.calls, (error) =>
      this.log.error(`work beside the operations failed: ${toError(error).message}`, { error }),
    );
    this.uevents = new Uevents(this.runtime, (error) =>
      this.log.error(`a subscriber of uevents failed: ${toError(error).message}`, { error }),
    );
    this.tracepoints = new Tracepoints(this.runtime, (error) =>
      this.log.error(`a subscriber of tracepoints failed: ${toError(error).message}`, { error }),
    );
    this.deferred = new DeferredProbes(this);
    this.power = new SystemPower(this);
    this.sysfs = new Sysfs(this);
    this.auxiliary = this.addBus(new AuxiliaryBus());
  }

  /**
   * Adds a device without a bus at the root of the tree (`root_device_register`): what owns the slices.
   *
   * @throws {BusError} `EEXIST` the name is taken; `EINVAL` without a name
   */
  addRootDevice(name: string, options: RootDeviceOptions = {}): Device {
    const device = new Device(this, { name, release: options.release, attributes: options.attributes });
    if (options.owner !== undefined) this.owners.set(device, options.owner);
    // A device without a bus has no driver to wait for.
    void addDevice(device);
    return device;
  }

  /** Adds a bus of your own. @throws {BusError} `EEXIST` there is one of that name */
  addBus<B extends Bus>(bus: B): B {
    if (this.#buses.has(bus.name)) {
      throw new BusError("EEXIST", `there is a bus ${bus.name} already`, { op: "addBus" });
    }
    bus.join(this);
    this.#buses.set(bus.name, bus);
    this.uevents.emit(
      "add",
      () => `/bus/${bus.name}`,
      "bus",
      () => ({}),
    );
    return bus;
  }

  /** Takes a bus away. @throws {BusError} `EBUSY` it has devices or drivers; `ENODEV` it is not here */
  removeBus(bus: Bus): void {
    if (this.#buses.get(bus.name) !== bus) {
      throw new BusError("ENODEV", `bus ${bus.name} is not here`, { op: "removeBus" });
    }
    const drivers = [...bus.drivers()].length;
    if (bus.size > 0 || drivers > 0) {
      throw new BusError("EBUSY", `bus ${bus.name} has ${bus.size} devices and ${drivers} drivers; remove them first`, {
        op: "removeBus",
      });
    }
    this.#buses.delete(bus.name);
    bus.join(null);
    this.uevents.emit(
      "remove",
      () => `/bus/${bus.name}`,
      "bus",
      () => ({}),
    );
  }

  buses(): IterableIterator<Bus> {
    return this.#buses.values();
  }

  findBus(name: string): Bus | undefined {
    return this.#buses.get(name);
  }

  roots(): IterableIterator<Device> {
    return this.#roots.values();
  }

  /** Every added device, each after its parent. */
  *devices(): IterableIterator<Device> {
    for (const root of this.#roots.values()) yield* subtree(root);
  }

  /** The device at a sysfs path (`/devices/nic0/mlx5_core.rdma.0`). */
  findDevice(path: string): Device | undefined {
    const [top, root, ...names] = path.split("/").filter((part) => part !== "");
    if (top !== "devices" || root === undefined) return undefined;
    let device = this.#roots.get(root);
    let folder = "";
    for (const name of names) {
      if (device === undefined) return undefined;
      const child = this.childNamed(device, folder + name);
      // A class has a folder of its own in the parent's.
      if (child === undefined && folder === "") folder = `${name}/`;
      else {
        device = child;
        folder = "";
      }
    }
    return folder === "" ? device : undefined;
  }

  /**
   * Makes `consumer` depend on `supplier`: it is bound after it, and unbound, suspended and shut down before it.
   *
   * @throws {BusError} `EINVAL` for a cycle, a supplier that is not added, or options that contradict each other
   */
  link(consumer: Device, supplier: Device, options: DeviceLinkOptions = {}): DeviceLink {
    return addLink(this, consumer, supplier, options);
  }

  /** Resolves when no deferred or asynchronous probe and no runtime PM request is queued or running. */
  settle(): Promise<void> {
    return this.work.idle();
  }

  /**
   * The system goes down (`device_shutdown`): calls the bound drivers' `shutdown`, children before parents, last
   * added first. Nothing is unbound, and nothing is probed any more. Failures are logged.
   *
   * @throws {BusError} `EDEADLK` called from a driver's callback
   */
  async shutdown(): Promise<void> {
    if (this.calls.current() !== null) {
      throw new BusError("EDEADLK", "shutdown was called from a driver's callback, which it would have to wait for", {
        op: "shutdown",
      });
    }
    await this.work.idle();
    this.deferred.block();
    for (const device of this.inPowerOrder().toReversed()) {
      await withLock(device, "shutdown", async (hold) => {
        const { binding } = device;
        if (binding?.state !== "bound") return;
        try {
          const { driver } = binding;
          const result = this.calls.run(hold, () => driver.bus.shutdown(device, driver));
          await binding.within("shutdown", result, binding.removeTimeout);
        } catch (error) {
          this.log.error(`${device.name}: shutdown failed: ${toError(error).message}`, { device: device.name, error });
        }
      });
    }
  }

  /**
   * The subsystem of this name.
   *
   * @param make makes it, for this core, when nobody has asked for it before
   * @throws {BusError} `ENODEV` there is none
   */
  service<Name extends ServiceName>(name: Name, make?: (core: DriverCore) => Services[Name]): Services[Name] {
    // The table holds under each name what `make` gave for it.
    return this.services.get(name, make && (() => make(this))) as Services[Name];
  }

  /** Why a device is as it is. */
  explain(device: Device): Explanation {
    return explain(device);
  }

  /** This core as tools see it. */
  view(): BusView {
    return new InProcessView(this);
  }

  /** @internal The added child of this name; among the roots when there is no parent. */
  childNamed(parent: Device | null, name: string): Device | undefined {
    if (parent === null) return this.#roots.get(name);
    if (parent.firstChild === null) return undefined;
    for (const bus of this.#buses.values()) {
      const device = bus.lookup(name);
      if (device?.parent === parent) return device;
    }
    return this.#plainChildren.get(parent)?.get(name);
  }

  /** The added device of this class and name. */
  findOfClass(name: string, device: string): Device | undefined {
    return this.classes.get(name)?.get(device);
  }

  /** @internal */
  addToClass(device: Device): void {
    if (device.class === null) return;
    const devices = this.classes.get(device.class) ?? new Map<string, Device>();
    this.classes.set(device.class, devices.set(device.name, device));
  }

  /** @internal */
  removeFromClass(device: Device): void {
    if (device.class !== null) this.classes.get(device.class)?.delete(device.name);
  }

  /** @internal Children that are on no bus are found by their parent. */
  addPlainChild(parent: Device, child: Device): void {
    const children = this.#plainChildren.get(parent) ?? new Map<string, Device>();
    this.#plainChildren.set(parent, children.set(child.nodeName, child));
  }

  /** @internal */
  removePlainChild(parent: Device, child: Device): void {
    const children = this.#plainChildren.get(parent);
    children?.delete(child.nodeName);
    if (children?.size === 0) this.#plainChildren.delete(parent);
  }

  /** @internal */
  addRoot(device: Device): void {
    this.#roots.set(device.name, device);
  }

  /** @internal */
  removeRoot(device: Device): void {
    this.#roots.delete(device.name);
    this.owners.delete(device);
  }

  /** @internal */
  nextPowerOrder(): number {
    return ++this.#powerOrder;
  }

  /** @internal Every added device in the order of resume. */
  inPowerOrder(): Device[] {
    return [...this.devices()].toSorted((a, b) => a.powerOrder - b.powerOrder);
  }

  /** @internal Throws what a test wants this step to fail with. */
  fail(step: string): void {
    if (this.#failpoint === undefined) return;
    const code = this.#failpoint(step);
    if (code !== undefined) throw new BusError(code, `made to fail at ${step}`, { op: step });
  }

  /** @internal The last reference was put. */
  released(device: Device): void {
    if (this.#releaseDelay === undefined) this.#release(device);
    else this.runtime.setTimer(() => this.#release(device), this.#releaseDelay());
  }

  #release(device: Device): void {
    try {
      device.releaseCallback?.(device);
    } catch (error) {
      this.log.error(`${device.name}: its release callback failed: ${toError(error).message}`, {
        device: device.name,
        error,
      });
    }
    if (device instanceof AuxiliaryDevice) this.auxiliary.released(device);
  }
}

function* subtree(device: Device): IterableIterator<Device> {
  yield device;
  for (const child of device.children()) yield* subtree(child);
}
