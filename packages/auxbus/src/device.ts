import type { Attribute, AttributeGroup, Attributes } from "./attributes.ts";
import { attachDevice, type Attempt } from "./attach.ts";
import type { Binding } from "./binding.ts";
import type { Bus } from "./bus.ts";
import type { DriverCore } from "./core.ts";
import { DeviceResources } from "./devres.ts";
import type { Driver } from "./driver.ts";
import { BusError } from "./errors.ts";
import type { DeviceLink } from "./links.ts";
import { type Hold, type Turn, withLock } from "./lock.ts";
import { after, DONE, isPending, type MaybePromise, promised } from "./maybe-promise.ts";
import { emitDeviceUevent } from "./device-uevent.ts";
import { addDevice, deleteDevice } from "./registration.ts";
import { RuntimePm } from "./runtime-pm.ts";
import { isUeventAction, type UeventAction } from "./uevent.ts";
import { releaseDriver } from "./unbind.ts";

/** Where a device is in its life. */
export type DeviceState = "new" | "added" | "deleting" | "deleted" | "released";

export interface DeviceOptions {
  /** Unique in its parent and on its bus; a `/` becomes `!`. */
  readonly name: string;
  readonly parent?: Device | null;
  readonly bus?: Bus | null;
  /**
   * For a device that is on no bus: what kind of interface it is to users, such as `net` (the kernel's class). It is
   * then in a folder of that name in its parent's, and its name is unique in its class.
   */
  readonly class?: string | undefined;
  /** Runs once, after the last reference was put. */
  readonly release?: ((device: Device) => void) | undefined;
  readonly attributes?: Attributes | undefined;
}

/** A name as it can stand in a path. */
export function sysfsName(name: string): string {
  return name.includes("/") ? name.replaceAll("/", "!") : name;
}

/** What most devices never need, made when it is first asked for. */
export class DeviceExtras {
  attributes: Map<string, Attribute | AttributeGroup> | null = null;
  holders: Map<string, number> | null = null;
  /** Links to what this device needs. */
  suppliers: Set<DeviceLink> | null = null;
  /** Links to what needs this device. */
  consumers: Set<DeviceLink> | null = null;
  runtimePm: RuntimePm | null = null;
  resources: DeviceResources | null = null;
  driverOverride: string | null = null;
  /** The last failure of each driver that was tried, by its name. */
  attempts: Map<string, Attempt> | null = null;
  deferredReason: string | null = null;
  /** A driver that will probe asynchronously; no second one is scheduled beside it. */
  asyncDriver: Driver | null = null;
  handover: unknown = undefined;
}

/**
 * A device: something with a name and a place in the tree, that a driver of its bus can be bound to.
 *
 * Its life is the kernel's: made (`device_initialize`), `add`, `delete`, and released when the last reference is
 * put. Devices of a bus of your own are instances of a subclass.
 */
export class Device {
  readonly core: DriverCore;
  readonly parent: Device | null;
  readonly bus: Bus | null;
  /** What kind of interface it is, such as `net`; null for most. */
  readonly class: string | null;
  /** The driver's own data for this device; cleared when the driver is unbound. */
  driverData: unknown = undefined;

  /** @internal The name, empty until it is known. */ fullName: string;
  /** @internal */ phase: DeviceState = "new";
  /** @internal Set when a delete begins: nothing is bound to it any more. */ dead = false;
  /** @internal Far enough in its add that drivers may be tried. */ ready = false;
  /** @internal Drivers are being tried on it for the first time. */ adding = false;
  /** @internal The first reference, dropped by `uninit`, and those taken by `get`, by children and by links. */
  refs = 1;
  /** @internal */ firstRef = true;
  /** @internal Who has the device's lock, and who waits for it. */ hold: Hold | null = null;
  /** @internal */ queue: Turn[] | null = null;
  /** @internal From the moment a probe begins until the driver is unbound. */ binding: Binding | null = null;
  /** @internal */ firstChild: Device | null = null;
  /** @internal */ lastChild: Device | null = null;
  /** @internal */ previousSibling: Device | null = null;
  /** @internal */ nextSibling: Device | null = null;
  /** @internal Neighbours among the devices of the bound driver, in the order of binding. */
  previousOfDriver: Device | null = null;
  /** @internal */ nextOfDriver: Device | null = null;
  /** @internal Place in the order of suspend and shutdown. */ powerOrder = 0;
  /** @internal Place in the order of the bus. */ busOrder = 0;
  /** @internal Neighbours among the devices of the bus, in that order. */ previousOnBus: this | null = null;
  /** @internal */ nextOnBus: this | null = null;
  /** @internal */ extras: DeviceExtras | null = null;
  /** @internal */ readonly releaseCallback: ((device: Device) => void) | undefined;

  constructor(core: DriverCore, options: DeviceOptions) {
    this.core = core;
    this.fullName = sysfsName(options.name);
    this.parent = options.parent ?? null;
    this.bus = options.bus ?? null;
    this.class = options.class ?? null;
    this.releaseCallback = options.release;
    if (options.attributes !== undefined) {
      this.more.attributes = new Map(Object.entries(options.attributes));
    }
  }

  /** @internal */
  get more(): DeviceExtras {
    return (this.extras ??= new DeviceExtras());
  }

  /** Unique in its parent and on its bus. */
  get name(): string {
    return this.fullName;
  }

  get state(): DeviceState {
    return this.phase;
  }

  /** The driver that is bound, null while none is (also during its probe). */
  get driver(): Driver | null {
    const binding = this.binding;
    return binding !== null && binding.bound ? binding.driver : null;
  }

  /** The sysfs path, as uevents name it: `/devices/p0/mlx5_core.eth.0`. */
  get path(): string {
    return this.parent === null ? `/devices/${this.nodeName}` : `${this.parent.path}/${this.nodeName}`;
  }

  /** @internal Where it is in its parent's folder. */
  get nodeName(): string {
    return this.class === null ? this.name : `${this.class}/${this.name}`;
  }

  /** What a module's alias is compared with, if the bus has such a thing. */
  get modalias(): string | undefined {
    return this.bus?.ueventEnv?.(this)["MODALIAS"];
  }

  /** The children that have been added, in that order. */
  *children(): IterableIterator<Device> {
    for (let child = this.firstChild; child !== null; child = child.nextSibling) yield child;
  }

  /**
   * Makes the device known, then tries the drivers of its bus on it (`device_add`). That no driver is there, or
   * that a probe fails, is not an error: the device stays, unbound.
   *
   * @throws {BusError} `EEXIST` the name is taken, or the device is added already; `ENOENT` its parent was never
   *   added; `ENODEV` its parent is gone; `EINVAL` it was deleted before (Linux lets it come back, but it never
   *   binds again)
   */
  add(): Promise<void> {
    return promised(() => addDevice(this));
  }

  /**
   * Unbinds the driver, then takes the device away (`device_del`). References keep the object, not the device.
   *
   * @throws {BusError} `ENODEV` it is not there: never added, or deleted already; `EBUSY` it has children;
   *   `EDEADLK` called from a callback on the device itself
   */
  delete(): Promise<void> {
    return promised(() => deleteDevice(this));
  }

  /** `delete`, then `uninit`. */
  destroy(): Promise<void> {
    try {
      const deleted = deleteDevice(this);
      if (isPending(deleted)) return Promise.resolve(deleted.then(() => this.uninit()));
      this.uninit();
      return DONE;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** `destroy`, unless somebody else is at it, who is waited for, or it is gone already. */
  [Symbol.asyncDispose](): Promise<void> {
    if (this.phase === "added") return this.destroy();
    return promised(() => (this.phase === "deleting" ? withLock(this, "delete", () => undefined) : undefined));
  }

  /** Takes a reference; `holder` is who `explain()` names. @throws {BusError} `EINVAL` after the release */
  get(holder?: string): this {
    if (this.phase === "released") {
      throw new BusError("EINVAL", `${this.name} was released; take references while you still have one`, {
        op: "get",
        device: this.name,
      });
    }
    this.refs++;
    if (holder !== undefined) {
      const holders = (this.more.holders ??= new Map());
      holders.set(holder, (holders.get(holder) ?? 0) + 1);
    }
    return this;
  }

  /**
   * Puts a reference that `get` took; without one, the first reference, as `uninit` does.
   *
   * @throws {BusError} `EINVAL` no reference is left; `EBUSY` it would be the last of an added device
   */
  put(holder?: string): void {
    const extra = this.refs - (this.firstRef ? 1 : 0);
    if (extra === 0) {
      this.uninit();
      return;
    }
    if (holder !== undefined) {
      const holders = this.extras?.holders;
      const held = holders?.get(holder) ?? 0;
      if (held <= 1) holders?.delete(holder);
      else holders?.set(holder, held - 1);
    }
    this.dropRef();
  }

  /**
   * Drops the first reference (`auxiliary_device_uninit`).
   *
   * @throws {BusError} `EBUSY` while the device is added; `EINVAL` when it was dropped before
   */
  uninit(): void {
    if (!this.firstRef) {
      throw new BusError("EINVAL", `the first reference to ${this.name} was dropped before; drop it once`, {
        op: "uninit",
        device: this.name,
      });
    }
    if (this.phase === "added" || this.phase === "deleting") {
      throw new BusError("EBUSY", `${this.name} is still added; delete it first`, { op: "uninit", device: this.name });
    }
    this.firstRef = false;
    this.dropRef();
  }

  /** @internal */
  dropRef(): void {
    if (--this.refs > 0) return;
    this.phase = "released";
    this.core.released(this);
  }

  /**
   * Tries the matching drivers, unless one is bound (`device_attach`).
   *
   * @returns whether a driver is bound now
   */
  attach(): Promise<boolean> {
    return promised(() => after(attachDevice(this, false), () => this.driver !== null));
  }

  /** Unbinds the driver, if there is one (`device_release_driver`). @throws {BusError} `EDEADLK` */
  unbind(): Promise<void> {
    return promised(() => withLock(this, "unbind", (hold): MaybePromise<void> => releaseDriver(this, hold)));
  }

  /**
   * What a driver's version that is being replaced has left for its successor, who finds it in `binding.handover`.
   * Whoever upgrades a driver sets it, and takes it away when the successor is bound.
   */
  setHandover(state: unknown): void {
    if (state !== undefined || this.extras !== null) this.more.handover = state;
  }

  /**
   * Only the driver of this name may bind, whatever it matches; null takes the override away. What is bound
   * stays bound until it is unbound.
   */
  setDriverOverride(driver: string | null): void {
    if (driver === "") driver = null;
    if (driver !== null || this.extras !== null) this.more.driverOverride = driver;
  }

  get driverOverride(): string | null {
    return this.extras?.driverOverride ?? null;
  }

  /** Runtime power management. */
  get runtimePm(): RuntimePm {
    return (this.more.runtimePm ??= new RuntimePm(this));
  }

  /** Resources of the device itself, for a parent that has no driver: released when it is deleted. */
  get resources(): DeviceResources {
    if (this.binding !== null) return this.binding.resources;
    const more = this.more;
    if (more.resources === null || more.resources.disposed) more.resources = new DeviceResources(this.name);
    return more.resources;
  }

  /** Adds a file to the device's folder. @throws {BusError} `EEXIST` */
  addAttribute(name: string, attribute: Attribute | AttributeGroup): void {
    const attributes = (this.more.attributes ??= new Map());
    if (attributes.has(name)) {
      throw new BusError("EEXIST", `${this.name} has a file ${name} already`, {
        op: "addAttribute",
        device: this.name,
      });
    }
    attributes.set(name, attribute);
  }

  /** Takes a file away. @throws {BusError} `ENOENT` */
  removeAttribute(name: string): void {
    if (this.extras?.attributes?.delete(name) !== true) {
      throw new BusError("ENOENT", `${this.name} has no file ${name}`, { op: "removeAttribute", device: this.name });
    }
  }

  /** Sends a uevent of this device (`kobject_uevent`). @throws {BusError} `EINVAL` for an unknown action */
  uevent(action: UeventAction): void {
    if (!isUeventAction(action)) {
      throw new BusError("EINVAL", `${String(action)} is not a uevent action`, { op: "uevent", device: this.name });
    }
    emitDeviceUevent(this, action);
  }
}
