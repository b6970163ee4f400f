import type { Attributes } from "./attributes.ts";
import type { Binding } from "./binding.ts";
import type { Bus } from "./bus.ts";
import type { Device } from "./device.ts";
import type { Module } from "./module.ts";
import { promised } from "./maybe-promise.ts";
import { unregisterDriver } from "./registration-driver.ts";

/** What a callback may return: nothing, or the promise of nothing. */
export type Done = void | PromiseLike<void>;

/** Power management callbacks of a driver (the kernel's `dev_pm_ops`). A failing one throws. */
export interface DriverPmOps<D extends Device = Device> {
  /** Before any device is suspended, parents first. */
  prepare?(device: D): Done;
  suspend?(device: D): Done;
  resume?(device: D): Done;
  /** After every device has been resumed. */
  complete?(device: D): Done;
  runtimeSuspend?(device: D): Done;
  runtimeResume?(device: D): Done;
  /** Asked when the device is no longer used; without it an idle device is suspended. */
  runtimeIdle?(device: D): Done;
}

/** What a driver does. Every callback may be synchronous or asynchronous. */
export interface DriverCallbacks<D extends Device = Device> {
  /**
   * Takes the device on. Fails by throwing: `ENODEV` and `ENXIO` mean "not mine" and are quiet,
   * `EPROBE_DEFER` (see `deferProbe`) means "not yet", everything else is logged; in each case the next
   * matching driver is tried.
   */
  probe?(device: D, id: unknown, binding: Binding<D>): Done;
  /** Lets the device go. Cannot refuse: a throw is logged and the device is unbound all the same. */
  remove?(device: D): Done;
  /** The system goes down: make the hardware quiet. The driver stays bound. */
  shutdown?(device: D): Done;
  readonly pm?: DriverPmOps<D> | undefined;
  /** `async`: probed beside whatever goes on, devices in parallel. Default: one after the other. */
  readonly probeType?: "default" | "sync" | "async" | undefined;
  /** No `bind` and `unbind` files: cannot be bound or unbound by hand. */
  readonly suppressBindAttrs?: boolean | undefined;
  /** Files in the driver's folder. */
  readonly attributes?: Attributes | undefined;
  /** Files in the folder of each bound device, there after probe and gone before remove. */
  deviceAttributes?(device: D): Attributes;
  /** Milliseconds a probe may take (the core's default when left out, 0: any time). */
  readonly probeTimeout?: number | undefined;
  /** Milliseconds a remove may take (the core's default when left out, 0: any time). */
  readonly removeTimeout?: number | undefined;
}

/** What the author of a driver writes. */
export interface DriverDefinition<D extends Device = Device> extends DriverCallbacks<D> {
  readonly name: string;
}

/** A registered driver (the kernel's `device_driver`). Get one from `register` of its bus. */
export class Driver {
  readonly bus: Bus;
  /** Unique on its bus; the auxiliary bus puts the module's name before it. */
  readonly name: string;
  readonly module: Module;
  readonly definition: DriverCallbacks;

  /** @internal */ state: "registering" | "registered" | "unregistering" | "gone" = "registering";
  /** @internal Its folder has the `bind` and `unbind` files. */ bindFiles = false;
  /** @internal Place in the order of registration. */ order = 0;
  /** @internal The devices bound to it, in the order of binding. */ firstDevice: Device | null = null;
  /** @internal */ lastDevice: Device | null = null;

  #probes = 0;
  #idle: (() => void) | null = null;

  /** @internal */
  constructor(bus: Bus, name: string, module: Module, definition: DriverCallbacks) {
    this.bus = bus;
    this.name = name;
    this.module = module;
    this.definition = definition;
  }

  /** The devices bound to it, in the order of binding. */
  *devices(): IterableIterator<Device> {
    for (let device = this.firstDevice; device !== null; device = device.nextOfDriver) yield device;
  }

  /** Whether `register` has finished and `unregister` not begun. */
  get registered(): boolean {
    return this.state === "registered";
  }

  /** @internal New devices may still be tried on it. */
  get admits(): boolean {
    return this.state === "registered" || this.state === "registering";
  }

  /** @internal A probe by this driver is running or scheduled: unregistering waits for it. */
  startProbe(): void {
    this.#probes++;
  }

  /** @internal */
  endProbe(): void {
    if (--this.#probes > 0) return;
    this.#idle?.();
    this.#idle = null;
  }

  /** @internal When no probe is running any more; undefined when none is now. */
  idle(): Promise<void> | undefined {
    if (this.#probes === 0) return undefined;
    return new Promise((resolve) => {
      this.#idle = resolve;
    });
  }

  /** Whether it is probed beside whatever goes on. */
  get probesAsync(): boolean {
    return this.definition.probeType === "async";
  }

  /**
   * Unbinds all its devices, the last bound first, and takes the driver off its bus (`driver_unregister`).
   *
   * @throws {BusError} `EBUSY` while its registration is going on; `EINVAL` when it is not registered;
   *   `EDEADLK` called from one of its own callbacks
   */
  unregister(): Promise<void> {
    return promised(() => unregisterDriver(this));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.registered ? this.unregister() : Promise.resolve();
  }

  /** @internal */
  addDevice(device: Device): void {
    device.previousOfDriver = this.lastDevice;
    if (this.lastDevice === null) this.firstDevice = device;
    else this.lastDevice.nextOfDriver = device;
    this.lastDevice = device;
  }

  /** @internal */
  removeDevice(device: Device): void {
    const { previousOfDriver: previous, nextOfDriver: next } = device;
    if (previous === null) this.firstDevice = next;
    else previous.nextOfDriver = next;
    if (next === null) this.lastDevice = previous;
    else next.previousOfDriver = previous;
    device.previousOfDriver = null;
    device.nextOfDriver = null;
  }
}
