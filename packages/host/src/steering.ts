import { type Bus, BusError, type Device, type DriverCore, errnoOf } from "auxbus";
import { type ModuleIndex, moduleName, type Modules } from "@auxbus/modules";
import type { Caller } from "./api/caller.ts";
import type { DeviceSteering, Done } from "./api/steer-routes.ts";
import type { Operations } from "./operations.ts";
import type { OperatorSettings } from "./operator-settings.ts";

export interface SteeringOptions {
  readonly core: DriverCore;
  readonly modules: Modules;
  readonly settings: OperatorSettings;
  readonly operations: Operations;
  /** Looks at the installed packages again. */
  readonly depmod: () => Promise<ModuleIndex>;
  /** Puts parameters and the blacklist to the modules, from the configuration and from operators. */
  readonly configure: () => void;
}

/** What operators do to the bus and its modules; each is written down. Throws `BusError`. */
export class Steering implements DeviceSteering {
  readonly #options: SteeringOptions;

  constructor(options: SteeringOptions) {
    this.#options = options;
  }

  // Devices.

  writeSysfs(caller: Caller, path: string, value: string): Promise<Done> {
    const { settings, core } = this.#options;
    const device = core.findDevice(`/${path.split("/").filter(Boolean).slice(0, -1).join("/")}`);
    return this.#done(caller, { op: "write", args: { path, value }, device: device?.path }, () =>
      settings.writeSysfs(path, value, caller.who),
    );
  }

  bind(caller: Caller, busName: string, driver: string, name: string): Promise<Done> {
    return this.#onDevice(caller, "bind", busName, name, { driver }, (bus) => bus.bind(driver, name));
  }

  unbind(caller: Caller, busName: string, driver: string, name: string): Promise<Done> {
    return this.#onDevice(caller, "unbind", busName, name, { driver }, (bus) => bus.unbind(driver, name));
  }

  /** Unbinds a device and binds it to the same driver. */
  rebind(caller: Caller, busName: string, name: string): Promise<Done> {
    return this.#onDevice(caller, "rebind", busName, name, {}, async (bus, device) => {
      const driver = device.driver?.name;
      if (driver === undefined) {
        throw new BusError("ENODEV", `${name} has no driver; bind it to one, or rescan it`, {
          op: "rebind",
          device: name,
        });
      }
      await bus.unbind(driver, name);
      await bus.bind(driver, name);
    });
  }

  rescan(caller: Caller, busName: string, name: string): Promise<Done> {
    return this.#onDevice(caller, "rescan", busName, name, {}, (bus) => bus.rescan(name));
  }

  /** @param driver null: any that matches */
  override(caller: Caller, busName: string, name: string, driver: string | null): Promise<Done> {
    return this.#onDevice(caller, "override", busName, name, driver === null ? {} : { driver }, (_bus, device) =>
      this.#options.settings.override(device, driver, caller.who),
    );
  }

  /** Unbinds a device, and lets no driver have it until it is unparked. */
  park(caller: Caller, path: string, reason: string): Promise<Done> {
    const { core, settings } = this.#options;
    return this.#done(caller, { op: "park", args: { device: path, reason }, device: path }, async () => {
      const device = core.findDevice(path);
      if (device?.bus == null) {
        throw new BusError("ENODEV", `there is no device ${path} on a bus`, { op: "park", device: path });
      }
      await settings.park(device, reason, "operator", caller.who);
      await device.unbind();
    });
  }

  /** Forgets that a device is parked and that its driver has crashed, and tries its drivers. */
  unpark(caller: Caller, path: string): Promise<Done> {
    const { core, settings, modules } = this.#options;
    return this.#done(caller, { op: "unpark", args: { device: path }, device: path }, async () => {
      const device = core.findDevice(path);
      const parked = await settings.unpark(path);
      const name = path.slice(path.lastIndexOf("/") + 1);
      if (device === undefined) {
        // It may come back: then its crashes are to be forgotten.
        await modules.isolation.reset(name).catch((error: unknown) => {
          if (errnoOf(error) !== "ENODEV" || !parked) throw error;
        });
      } else if (core.auxiliary.find(name) === device) await modules.isolation.reset(name);
      else if (device.bus !== null && device.driver === null) await device.bus.rescan(name);
    });
  }

  async suspend(caller: Caller): Promise<Done> {
    return this.#done(caller, { op: "suspend", args: {} }, () => this.#options.core.power.suspend());
  }

  async resume(caller: Caller): Promise<Done> {
    return this.#done(caller, { op: "resume", args: {} }, () => this.#options.core.power.resume());
  }

  // Modules. Whoever asks for one means what is installed by now.

  /** Looks at the installed packages again. @returns how many modules there are */
  async refresh(): Promise<number> {
    const index = await this.#options.depmod();
    this.#options.modules.setIndex(index);
    return index.modules.size;
  }

  load(caller: Caller, module: string, params: Readonly<Record<string, string>>): Promise<Done> {
    return this.#done(caller, { op: "modprobe", args: { module, params } }, async () => {
      await this.refresh();
      await this.#options.modules.modprobe(module, params);
    });
  }

  unload(caller: Caller, module: string, recursive: boolean): Promise<Done> {
    const { modules } = this.#options;
    return this.#done(caller, { op: recursive ? "modprobe -r" : "rmmod", args: { module } }, () =>
      recursive ? modules.remove(module) : modules.rmmod(module),
    );
  }

  async upgrade(caller: Caller, module: string): Promise<Done & { readonly devices: readonly string[] }> {
    const { modules, operations } = this.#options;
    const { result, journaled } = await operations.run(caller, { op: "upgrade", args: { module } }, async () => {
      await this.refresh();
      return modules.upgrade(module);
    });
    return { devices: result, journaled };
  }

  setParam(caller: Caller, module: string, param: string, value: string): Promise<Done> {
    const { modules, settings, configure } = this.#options;
    return this.#done(caller, { op: "param", args: { module, param, value } }, async () => {
      const { name } = modules.modinfo(module);
      const before = modules.lsmod().find((loaded) => loaded.name === name)?.params[param];
      await modules.setParam(name, param, value);
      try {
        await settings.setParam(name, param, value, caller.who);
      } catch (error) {
        if (before !== undefined) await modules.setParam(name, param, before);
        throw error;
      }
      configure();
    });
  }

  /** @param on no alias loads it; false: aliases may load it again */
  blacklist(caller: Caller, module: string, on: boolean): Promise<Done> {
    const { settings, configure } = this.#options;
    return this.#done(caller, { op: "blacklist", args: { module, on } }, async () => {
      await settings.setBlacklist(moduleName(module), on, caller.who);
      configure();
    });
  }

  async depmod(caller: Caller): Promise<Done & { readonly modules: number }> {
    const { result, journaled } = await this.#options.operations.run(caller, { op: "depmod", args: {} }, () =>
      this.refresh(),
    );
    return { modules: result, journaled };
  }

  /** Something else that is done to the host. */
  async #done(caller: Caller, operation: Parameters<Operations["run"]>[1], fn: () => Promise<unknown>): Promise<Done> {
    const { journaled } = await this.#options.operations.run(caller, operation, fn);
    return { journaled };
  }

  #onDevice(
    caller: Caller,
    op: string,
    busName: string,
    name: string,
    { driver }: { readonly driver?: string },
    fn: (bus: Bus, device: Device) => Promise<void>,
  ): Promise<Done> {
    const bus = this.#options.core.findBus(busName);
    const device = bus?.find(name);
    const args = { bus: busName, device: name, ...(driver === undefined ? {} : { driver }) };
    return this.#done(caller, { op, args, device: device?.path, driver: driver ?? device?.driver?.name }, async () => {
      if (bus === undefined) throw new BusError("ENOENT", `there is no bus ${busName}`, { op });
      if (device === undefined) {
        throw new BusError("ENODEV", `bus ${busName} has no device ${name}`, { op, device: name });
      }
      await fn(bus, device);
    });
  }
}
