import { AuxiliaryDevice } from "./auxiliary-device.ts";
import type { Bus } from "./bus.ts";
import type { DriverCore } from "./core.ts";
import type { Device } from "./device.ts";
import { BusError } from "./errors.ts";
import type { Explanation } from "./explain.ts";
import type { SysfsEntry } from "./sysfs.ts";
import type { Uevent, UeventOverflow } from "./uevent.ts";

export interface DeviceSnapshot {
  readonly path: string;
  readonly name: string;
  /** Path of the parent, null for a root device. */
  readonly parent: string | null;
  readonly bus: string | null;
  readonly driver: string | null;
  readonly module: string | null;
  readonly state: "bound" | "unbound" | "deferred" | "probing";
  /** Why it waits, when it is deferred. */
  readonly reason: string | null;
  readonly modalias: string | null;
  readonly version: string | null;
  readonly runtimeStatus: string;
}

export interface DriverSnapshot {
  readonly bus: string;
  readonly name: string;
  readonly module: string;
  /** Paths of the devices bound to it, in the order of binding. */
  readonly devices: readonly string[];
}

export interface BusSnapshot {
  readonly name: string;
  readonly autoprobe: boolean;
}

export interface LinkSnapshot {
  readonly consumer: string;
  readonly supplier: string;
  readonly state: string;
}

/** Everything there is at one moment. */
export interface Snapshot {
  /** The number of the last uevent before it. */
  readonly seqnum: number;
  readonly buses: readonly BusSnapshot[];
  /** Parents before their children. */
  readonly devices: readonly DeviceSnapshot[];
  readonly drivers: readonly DriverSnapshot[];
  readonly links: readonly LinkSnapshot[];
}

/** The lists of a snapshot. */
export const SNAPSHOT_PARTS = ["buses", "devices", "drivers", "links"] as const;

export type SnapshotPart = (typeof SNAPSHOT_PARTS)[number];

/** A uevent as data: what can cross a process boundary. */
export type UeventRecord = Omit<Uevent, "device">;

export interface UeventsOptions {
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Called when nothing that happens from now on is missed: a snapshot that is taken then leaves no gap. */
  readonly listening?: () => void;
}

/**
 * All that a tool may see and do. The bus in this process, a remote host and a real machine implement it; the
 * command line and the console know nothing else.
 */
export interface BusView {
  /** @param parts the lists that are wanted (all); the others are empty */
  snapshot(parts?: readonly SnapshotPart[]): Promise<Snapshot>;
  uevents(options?: UeventsOptions): AsyncIterable<UeventRecord | UeventOverflow>;
  /** What is in a folder below `/sys`, sorted by name. */
  list(path: string): Promise<readonly SysfsEntry[]>;
  /** Reads a file below `/sys`. */
  read(path: string): Promise<string>;
  /** Writes a file below `/sys`. */
  write(path: string, value: string): Promise<void>;
  bind(bus: string, driver: string, device: string): Promise<void>;
  unbind(bus: string, driver: string, device: string): Promise<void>;
  rescan(bus: string, device: string): Promise<void>;
  /** Lets only the driver of this name bind; null: any that matches. What is bound stays bound. */
  override(bus: string, device: string, driver: string | null): Promise<void>;
  /** @param path the device's sysfs path */
  explain(path: string): Promise<Explanation>;
}

/** The bus of this process, as tools see it. */
export class InProcessView implements BusView {
  readonly #core: DriverCore;

  constructor(core: DriverCore) {
    this.#core = core;
  }

  async snapshot(parts: readonly SnapshotPart[] = SNAPSHOT_PARTS): Promise<Snapshot> {
    const core = this.#core;
    const only = <T>(part: SnapshotPart, all: Iterable<T>): T[] => (parts.includes(part) ? [...all] : []);
    return {
      seqnum: core.uevents.seqnum,
      buses: only("buses", core.buses()).map(({ name, autoprobe }) => ({ name, autoprobe })),
      devices: only("devices", core.devices()).map(deviceSnapshot),
      drivers: only("drivers", core.buses()).flatMap((bus) =>
        [...bus.drivers()].map((driver) => ({
          bus: bus.name,
          name: driver.name,
          module: driver.module.name,
          devices: [...driver.devices()].map((device) => device.path),
        })),
      ),
      links: only("links", core.links).map(({ consumer, supplier, state }) => ({
        consumer: consumer.path,
        supplier: supplier.path,
        state,
      })),
    };
  }

  async *uevents({ signal, listening }: UeventsOptions = {}): AsyncIterable<UeventRecord | UeventOverflow> {
    const stream = this.#core.uevents.stream(signal === undefined ? {} : { signal });
    listening?.();
    for await (const event of stream) {
      if (event.action === "overflow") yield event;
      else {
        const { seqnum, action, devpath, subsystem, env, time } = event;
        yield { seqnum, action, devpath, subsystem, env, time };
      }
    }
  }

  async list(path: string): Promise<readonly SysfsEntry[]> {
    return this.#core.sysfs.entries(path);
  }

  async read(path: string): Promise<string> {
    return this.#core.sysfs.read(path);
  }

  write(path: string, value: string): Promise<void> {
    return this.#core.sysfs.write(path, value);
  }

  async bind(bus: string, driver: string, device: string): Promise<void> {
    await this.#bus(bus).bind(driver, device);
  }

  async unbind(bus: string, driver: string, device: string): Promise<void> {
    await this.#bus(bus).unbind(driver, device);
  }

  async rescan(bus: string, device: string): Promise<void> {
    await this.#bus(bus).rescan(device);
  }

  async override(bus: string, device: string, driver: string | null): Promise<void> {
    const found = this.#bus(bus).find(device);
    if (found === undefined) throw new BusError("ENODEV", `bus ${bus} has no device ${device}`, { op: "view", device });
    found.setDriverOverride(driver);
  }

  async explain(path: string): Promise<Explanation> {
    const device = this.#core.findDevice(path);
    if (device === undefined)
      throw new BusError("ENODEV", `there is no device ${path}`, { op: "explain", device: path });
    return this.#core.explain(device);
  }

  #bus(name: string): Bus {
    const bus = this.#core.findBus(name);
    if (bus === undefined) throw new BusError("ENOENT", `there is no bus ${name}`, { op: "view" });
    return bus;
  }
}

/** What is known of a device at this moment. */
export function deviceSnapshot(device: Device): DeviceSnapshot {
  const { driver, binding, core } = device;
  const deferred = core.deferred.has(device);
  return {
    path: device.path,
    name: device.name,
    parent: device.parent?.path ?? null,
    bus: device.bus?.name ?? null,
    driver: driver?.name ?? null,
    module: driver?.module.name ?? null,
    state: driver !== null ? "bound" : binding !== null ? "probing" : deferred ? "deferred" : "unbound",
    reason: deferred ? (device.extras?.deferredReason ?? null) : null,
    modalias: device.modalias ?? null,
    version: device instanceof AuxiliaryDevice ? (device.version ?? null) : null,
    runtimeStatus: device.extras?.runtimePm?.statusText ?? "unsupported",
  };
}
