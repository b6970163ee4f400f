import { BusError, type Device, Disposer, type DriverCore } from "auxbus";
import { type DevlinkInfo, DevlinkInstance, type DevlinkOps } from "./instance.ts";

declare module "auxbus" {
  interface Services {
    readonly devlink: Devlink;
  }
}

/** An instance has become visible to users, or is no longer. */
export interface DevlinkEvent {
  readonly type: "new" | "del";
  readonly handle: string;
}

/** The devlink instances of one driver core. */
export class Devlink {
  readonly #instances = new Map<string, DevlinkInstance>();
  readonly #listeners = new Set<(event: DevlinkEvent) => void>();

  static of(core: DriverCore): Devlink {
    return core.service("devlink", () => new Devlink());
  }

  /** An instance that users do not see yet. */
  alloc(device: Device, ops: DevlinkOps): DevlinkInstance {
    return new DevlinkInstance(`${device.bus?.name ?? "virtual"}/${device.name}`, device, ops);
  }

  /** From now on users see it. @throws {BusError} `EEXIST` */
  register(instance: DevlinkInstance): void {
    if (this.#instances.has(instance.handle)) {
      throw new BusError("EEXIST", `there is a devlink instance ${instance.handle} already`, { op: "register" });
    }
    this.#instances.set(instance.handle, instance);
    instance.registered = true;
    this.#tell({ type: "new", handle: instance.handle });
  }

  /** Users do not see it any more; resolves when the last of them has done. Nothing when they never did. */
  async unregister(instance: DevlinkInstance): Promise<void> {
    if (this.#instances.get(instance.handle) !== instance) return;
    this.#instances.delete(instance.handle);
    instance.registered = false;
    this.#tell({ type: "del", handle: instance.handle });
    await instance.lock.run(() => undefined);
  }

  list(): DevlinkInfo[] {
    return [...this.#instances.values()].map((instance) => instance.info());
  }

  instances(): DevlinkInstance[] {
    return [...this.#instances.values()];
  }

  find(handle: string): DevlinkInstance | undefined {
    return this.#instances.get(handle);
  }

  /** @throws {BusError} `ENODEV` */
  get(handle: string): DevlinkInstance {
    const instance = this.#instances.get(handle);
    if (instance !== undefined) return instance;
    const handles = [...this.#instances.keys()].join(", ") || "none";
    throw new BusError("ENODEV", `there is no devlink instance ${handle}; there are ${handles}`, { op: "devlink" });
  }

  subscribe(fn: (event: DevlinkEvent) => void): Disposable {
    this.#listeners.add(fn);
    return new Disposer(() => void this.#listeners.delete(fn));
  }

  #tell(event: DevlinkEvent): void {
    for (const fn of this.#listeners) fn(event);
  }
}
