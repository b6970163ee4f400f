import {
  AsyncDisposer,
  type Awaitable,
  BusError,
  type Device,
  type DriverCore,
  type IsolableCore,
  Mutex,
  type Remote,
} from "auxbus";
import { VdpaBus, type VdpaConfig, VdpaDevice } from "./vdpa-bus.ts";

declare module "auxbus" {
  interface Services {
    readonly vdpa: Vdpa;
  }
}

export const VDPA_ATTRIBUTES = ["mac", "mtu", "maxVqp"] as const;

/** What a management device is: something of which vDPA devices can be made. */
export interface VdpaMgmtdevSpec {
  /** The device that it stands for, as devlink names it: `auxiliary/mlx5_core.sf.4`. */
  readonly handle: string;
  /** Parent of the devices that are made. */
  readonly parent: Device;
  /** Virtqueues that the hardware has for it, with the control queue. */
  readonly maxVqs: number;
  /** What may be said when a device is made. */
  readonly attributes: readonly (typeof VDPA_ATTRIBUTES)[number][];
  /**
   * Makes the hardware's part of a device. @returns what it has, where nothing was asked for
   * @throws {BusError} `ENOSPC` no more can be made
   */
  devAdd(name: string, config: VdpaConfig): Awaitable<Required<VdpaConfig> & { readonly linkUp: boolean }>;
  /** Its device has gone. */
  devDel(name: string): Awaitable<void>;
}

export interface VdpaMgmtdevInfo {
  readonly handle: string;
  readonly maxVqs: number;
  readonly attributes: readonly string[];
  readonly devices: readonly string[];
}

/** The vDPA subsystem of one driver core: management devices, and what was made of them. */
export class Vdpa {
  readonly #core: DriverCore;
  readonly #mgmtdevs = new Map<string, Mgmtdev>();
  readonly #lock = new Mutex();

  private constructor(core: DriverCore) {
    this.#core = core;
    VdpaBus.of(core);
  }

  static of(core: DriverCore): Vdpa;
  static of(core: IsolableCore): Remote<Vdpa>;
  static of(core: IsolableCore): Remote<Vdpa> {
    return core.service("vdpa", (core) => new Vdpa(core));
  }

  /** `vdpa mgmtdev show` */
  mgmtdevs(): VdpaMgmtdevInfo[] {
    return [...this.#mgmtdevs.values()].map(({ spec: { handle, maxVqs, attributes }, devices }) => ({
      handle,
      maxVqs,
      attributes,
      devices: [...devices.keys()],
    }));
  }

  /** `vdpa dev show` */
  devices(): VdpaDevice[] {
    return [...VdpaBus.of(this.#core).devices()];
  }

  /** @returns what takes it away again, with the devices made of it. @throws {BusError} `EEXIST` */
  async mgmtdevRegister(spec: VdpaMgmtdevSpec): Promise<AsyncDisposable> {
    return this.#lock.run(() => {
      if (this.#mgmtdevs.has(spec.handle)) {
        throw new BusError("EEXIST", `there is a management device ${spec.handle} already`, { op: "mgmtdevRegister" });
      }
      const mgmtdev: Mgmtdev = { spec, devices: new Map() };
      this.#mgmtdevs.set(spec.handle, mgmtdev);
      return new AsyncDisposer(() => this.#unregister(mgmtdev));
    });
  }

  #unregister(mgmtdev: Mgmtdev): Promise<void> {
    return this.#lock.run(async () => {
      const { handle } = mgmtdev.spec;
      if (this.#mgmtdevs.get(handle) !== mgmtdev) return;
      for (const device of mgmtdev.devices.values()) await this.#delete(mgmtdev, device);
      this.#mgmtdevs.delete(handle);
    });
  }

  /**
   * Makes a device (`vdpa dev add name NAME mgmtdev HANDLE`).
   *
   * @throws {BusError} `ENODEV` no such management device; `EEXIST` the name is taken; `EOPNOTSUPP` an attribute that
   *   it does not take; `ENOSPC` it has no more; else what its driver throws
   */
  addDevice(name: string, handle: string, config: VdpaConfig = {}): Promise<VdpaDevice> {
    return this.#lock.run(async () => {
      const mgmtdev = this.#mgmtdevs.get(handle);
      if (mgmtdev === undefined) {
        const handles = [...this.#mgmtdevs.keys()].join(", ") || "none";
        throw new BusError("ENODEV", `there is no management device ${handle}; there are ${handles}`, {
          op: "dev add",
        });
      }
      const bus = VdpaBus.of(this.#core);
      if (bus.find(name) !== undefined) {
        throw new BusError("EEXIST", `there is a vDPA device ${name} already`, { op: "dev add" });
      }
      const { spec } = mgmtdev;
      const refused = VDPA_ATTRIBUTES.find((key) => config[key] !== undefined && !spec.attributes.includes(key));
      if (refused !== undefined) {
        throw new BusError("EOPNOTSUPP", `${handle} does not take ${refused}; it takes ${spec.attributes.join(", ")}`, {
          op: "dev add",
        });
      }
      const made = await spec.devAdd(name, config);
      const device = new VdpaDevice(bus, name, spec.parent, handle, made);
      try {
        await device.add();
      } catch (error) {
        device.uninit();
        await spec.devDel(name);
        throw error;
      }
      mgmtdev.devices.set(name, device);
      return device;
    });
  }

  /** @throws {BusError} `ENODEV` */
  delDevice(name: string): Promise<void> {
    return this.#lock.run(async () => {
      for (const mgmtdev of this.#mgmtdevs.values()) {
        const device = mgmtdev.devices.get(name);
        if (device !== undefined) return this.#delete(mgmtdev, device);
      }
      throw new BusError("ENODEV", `there is no vDPA device ${name}`, { op: "dev del" });
    });
  }

  async #delete(mgmtdev: Mgmtdev, device: VdpaDevice): Promise<void> {
    mgmtdev.devices.delete(device.name);
    await device.destroy();
    await mgmtdev.spec.devDel(device.name);
  }
}

interface Mgmtdev {
  readonly spec: VdpaMgmtdevSpec;
  readonly devices: Map<string, VdpaDevice>;
}
