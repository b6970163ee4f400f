import { type Bus, BusError, type Device, type DriverCore } from "auxbus";
import { z } from "zod";
import type { Setting, Settings } from "./settings.ts";

/** A device that is kept from all drivers. */
export interface ParkedDevice {
  /** Its path. */
  readonly device: string;
  readonly reason: string;
  readonly by: "operator" | "crash";
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** A driver of this name cannot bind, as there is none: this is how a parked device is kept from all. */
export const PARKED = "(parked)";

const ParkedValue = z.object({ reason: z.string(), by: z.enum(["operator", "crash"]) });

/**
 * What operators have set and what holds over restarts: autoprobe of buses, driver overrides, parked devices; the
 * blacklist and parameters of modules. Puts it to buses and devices as they appear.
 */
export class OperatorSettings {
  readonly #core: DriverCore;
  readonly #settings: Settings;
  readonly #subscriptions: Disposable[] = [];

  constructor(core: DriverCore, settings: Settings) {
    this.#core = core;
    this.#settings = settings;
    for (const bus of core.buses()) this.#watch(bus);
    this.#subscriptions.push(
      core.uevents.subscribe(({ action, subsystem, devpath }) => {
        if (action !== "add" || subsystem !== "bus") return;
        const bus = core.findBus(devpath.slice("/bus/".length));
        if (bus !== undefined) this.#watch(bus);
      }),
    );
  }

  #watch(bus: Bus): void {
    const autoprobe = this.#settings.get("autoprobe", bus.name);
    if (typeof autoprobe?.value === "boolean") bus.autoprobe = autoprobe.value;
    this.#subscriptions.push(
      bus.subscribe((event, device) => {
        if (event === "add-device") this.#prepare(device);
      }),
    );
  }

  /** Before any driver is tried on it. */
  #prepare(device: Device): void {
    const override = this.#overrideOf(device.path);
    if (override !== null) device.setDriverOverride(override);
  }

  #overrideOf(path: string): string | null {
    if (this.#settings.get("parked", path) !== undefined) return PARKED;
    const override = this.#settings.get("override", path)?.value;
    return typeof override === "string" ? override : null;
  }

  list(): readonly Setting[] {
    return this.#settings.list();
  }

  // Modules.

  /** The modules that no alias may load. */
  blacklist(): string[] {
    return this.#keys("blacklist");
  }

  /** What was written to parameters of modules, as text. */
  params(): Record<string, Record<string, string>> {
    const params: Record<string, Record<string, string>> = {};
    for (const { kind, key, value } of this.#settings.list()) {
      const at = key.indexOf(".");
      if (kind === "param" && typeof value === "string") (params[key.slice(0, at)] ??= {})[key.slice(at + 1)] = value;
    }
    return params;
  }

  setParam(module: string, param: string, value: string, by: string): Promise<void> {
    return this.#settings.set("param", `${module}.${param}`, value, by);
  }

  async setBlacklist(module: string, on: boolean, by: string): Promise<void> {
    if (on) await this.#settings.set("blacklist", module, true, by);
    else await this.#settings.delete("blacklist", module);
  }

  #keys(kind: Setting["kind"]): string[] {
    return this.#settings.list().flatMap((setting) => (setting.kind === kind ? [setting.key] : []));
  }

  // Files below /sys.

  /**
   * Writes a file below `/sys`. An autoprobe or an override is kept; when that cannot be written down, it is as it
   * was before.
   *
   * @throws {BusError} as `Sysfs.write`; `EBUSY` the override of a parked device; `ENOSPC`, `EIO` it cannot be kept
   */
  async writeSysfs(path: string, value: string, by: string): Promise<void> {
    const { sysfs } = this.#core;
    const names = path.split("/").filter((name) => name !== "");
    const file = names.at(-1);
    const folder = names.slice(0, -1).join("/");
    const bus = file === "drivers_autoprobe" && names[0] === "bus" ? this.#core.findBus(names[1] ?? "") : undefined;
    const device = file === "driver_override" ? this.#deviceAt(folder) : undefined;
    if (bus !== undefined) {
      const before = bus.autoprobe;
      await sysfs.write(path, value);
      await this.#keep(
        () => this.#settings.set("autoprobe", bus.name, bus.autoprobe, by),
        () => (bus.autoprobe = before),
      );
    } else if (device !== undefined) {
      // There may be no such file.
      sysfs.read(path);
      await this.override(device, value.replace(/\n$/, ""), by);
    } else await sysfs.write(path, value);
  }

  /** @param driver null or empty: any that matches @throws {BusError} `EBUSY` it is parked; `ENOSPC`, `EIO` */
  async override(device: Device, driver: string | null, by: string): Promise<void> {
    if (this.parkedAt(device.path) !== undefined) {
      throw new BusError("EBUSY", `${device.name} is parked; unpark it first`, { op: "override", device: device.name });
    }
    const before = device.driverOverride;
    device.setDriverOverride(driver);
    const { driverOverride, path } = device;
    await this.#keep(
      () =>
        driverOverride === null
          ? this.#settings.delete("override", path)
          : this.#settings.set("override", path, driverOverride, by),
      () => device.setDriverOverride(before),
    );
  }

  async #keep(write: () => Promise<void>, undo: () => void): Promise<void> {
    try {
      await write();
    } catch (error) {
      undo();
      throw error;
    }
  }

  /** The device whose folder is at a path below `/sys`. */
  #deviceAt(folder: string): Device | undefined {
    const [top, bus, devices, name] = folder.split("/");
    if (top === "bus" && devices === "devices") return this.#core.findBus(bus ?? "")?.find(name ?? "");
    return this.#core.findDevice(`/${folder}`);
  }

  // Parking.

  parked(): ParkedDevice[] {
    return this.#keys("parked").flatMap((path) => this.parkedAt(path) ?? []);
  }

  parkedAt(path: string): ParkedDevice | undefined {
    const setting = this.#settings.get("parked", path);
    const parsed = ParkedValue.safeParse(setting?.value);
    return setting === undefined || !parsed.success ? undefined : { device: path, since: setting.time, ...parsed.data };
  }

  /** Keeps all drivers away from a device from now on; what is bound stays bound. */
  async park(device: Device, reason: string, how: ParkedDevice["by"], by: string): Promise<void> {
    await this.#settings.set("parked", device.path, { reason, by: how }, by);
    device.setDriverOverride(PARKED);
  }

  /** Lets drivers have it again, with the override that it has had. @returns whether it was parked */
  async unpark(path: string): Promise<boolean> {
    if (this.parkedAt(path) === undefined) return false;
    await this.#settings.delete("parked", path);
    this.#core.findDevice(path)?.setDriverOverride(this.#overrideOf(path));
    return true;
  }

  [Symbol.dispose](): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription[Symbol.dispose]();
  }
}
