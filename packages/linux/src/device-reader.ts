import type { DeviceSnapshot, DriverSnapshot, LinkSnapshot, Snapshot, SnapshotPart } from "auxbus";
import { deviceLinks } from "./device-links.ts";
import { naturalOrder } from "./natural-order.ts";
import type { SysTree } from "./sys-tree.ts";

/** What the kernel has put off, and why; only root may read it. */
export const DEFERRED = "kernel/debug/devices_deferred";

/**
 * Reads devices and drivers once. There may be ten thousand of them, so each costs few system calls: what `uevent`
 * says is asked once for driver and modalias, and parents are remembered.
 */
export class DeviceReader {
  readonly #tree: SysTree;
  /** By path below `sys`; null: it is no device. Parents come before their children. */
  readonly #devices = new Map<string, DeviceSnapshot | null>();
  readonly #moduleOf = new Map<string, string | null>();
  readonly #busOf = new Map<string, string | null>();
  #deferred: ReadonlyMap<string, string> | undefined;

  readonly #runtimeStatus: boolean;

  constructor(tree: SysTree, { runtimeStatus = true }: { readonly runtimeStatus?: boolean } = {}) {
    this.#tree = tree;
    this.#runtimeStatus = runtimeStatus;
  }

  /** Everything about some buses. */
  snapshot(buses: readonly string[], parts: readonly SnapshotPart[]): Snapshot {
    const tree = this.#tree;
    const there = buses.filter((bus) => tree.exists(`bus/${bus}`));
    const seqnum = Number(tree.attribute("kernel/uevent_seqnum") ?? 0);
    if (parts.some((part) => part !== "links")) this.#readBuses(there);
    const devices = [...this.#devices.values()].filter((device) => device !== null);
    // The parents of devices are on other buses.
    const all = [...new Set([...there, ...devices.flatMap(({ bus }) => bus ?? [])])];
    return {
      seqnum,
      buses: parts.includes("buses")
        ? all.map((name) => ({ name, autoprobe: tree.attribute(`bus/${name}/drivers_autoprobe`) === "1" }))
        : [],
      devices: parts.includes("devices") ? devices : [],
      drivers: parts.includes("drivers") ? all.flatMap((bus) => this.#drivers(bus, devices, there.includes(bus))) : [],
      links: parts.includes("links") ? linksOf(tree) : [],
    };
  }

  /** A device, and its parents; null when there is none at this path below `sys`. */
  device(path: string): DeviceSnapshot | null {
    const known = this.#devices.get(path);
    if (known !== undefined) return known;
    // What has no such file is a folder of a class, or of all that is virtual.
    const uevent = this.#tree.attribute(`${path}/uevent`);
    const device = uevent === undefined ? null : this.#make(path, uevent);
    this.#devices.set(path, device);
    return device;
  }

  #readBuses(buses: readonly string[]): void {
    for (const bus of buses) {
      for (const name of this.#tree.names(`bus/${bus}/devices`)) {
        const path = this.#tree.link(`bus/${bus}/devices/${name}`);
        if (path?.startsWith("devices/") === true) this.#busOf.set(path, bus);
      }
    }
    // In the order of their paths, so that brothers stand together.
    for (const path of [...this.#busOf.keys()].sort(naturalOrder)) this.device(path);
  }

  #make(path: string, uevent: string): DeviceSnapshot {
    // Before itself.
    const parent = this.#parentOf(path);
    const bus = this.#bus(path);
    const driver = /^DRIVER=(.+)$/m.exec(uevent)?.[1] ?? null;
    const name = path.slice(path.lastIndexOf("/") + 1);
    const reason = driver === null && bus !== null ? (this.#deferredReasons().get(name) ?? null) : null;
    return {
      path: `/${path}`,
      name,
      parent,
      bus,
      driver,
      module: driver === null || bus === null ? null : this.#module(bus, driver),
      state: driver !== null ? "bound" : reason === null ? "unbound" : "deferred",
      reason,
      modalias: /^MODALIAS=(.+)$/m.exec(uevent)?.[1] ?? null,
      version: null,
      runtimeStatus: this.#runtimeStatus
        ? (this.#tree.attribute(`${path}/power/runtime_status`) ?? "unsupported")
        : "unknown",
    };
  }

  #parentOf(path: string): string | null {
    for (let end = path.lastIndexOf("/"); end > "devices".length; end = path.lastIndexOf("/", end - 1)) {
      const above = this.device(path.slice(0, end));
      if (above !== null) return above.path;
    }
    return null;
  }

  #bus(path: string): string | null {
    const known = this.#busOf.get(path);
    if (known !== undefined) return known;
    const subsystem = this.#tree.link(`${path}/subsystem`);
    return subsystem?.startsWith("bus/") === true ? subsystem.slice("bus/".length) : null;
  }

  #module(bus: string, driver: string): string | null {
    const key = `bus/${bus}/drivers/${driver}`;
    const known = this.#moduleOf.get(key);
    if (known !== undefined) return known;
    // What is built in has none, unless it has parameters.
    const module = this.#tree.link(`${key}/module`)?.replace(/^module\//, "") ?? null;
    this.#moduleOf.set(key, module);
    return module;
  }

  #deferredReasons(): ReadonlyMap<string, string> {
    this.#deferred ??= new Map(
      (this.#tree.attribute(DEFERRED) ?? "").split("\n").map((line) => {
        const [name = "", why = ""] = line.split("\t");
        return [name, why.trim() || "the kernel gives no reason"];
      }),
    );
    return this.#deferred;
  }

  /** @param all also drivers that have no device */
  #drivers(bus: string, devices: readonly DeviceSnapshot[], all: boolean): readonly DriverSnapshot[] {
    const bound = new Map<string, string[]>();
    for (const device of devices) {
      if (device.bus !== bus || device.driver === null) continue;
      const others = bound.get(device.driver);
      if (others === undefined) bound.set(device.driver, [device.path]);
      else others.push(device.path);
    }
    const names = all ? this.#tree.names(`bus/${bus}/drivers`) : bound.keys();
    return [...names]
      .toSorted(naturalOrder)
      .map((name) => ({ bus, name, module: this.#module(bus, name) ?? "", devices: bound.get(name) ?? [] }));
  }
}

function linksOf(tree: SysTree): readonly LinkSnapshot[] {
  return deviceLinks(tree).map(({ consumer, supplier, state }) => {
    return { consumer: `/${consumer}`, supplier: `/${supplier}`, state };
  });
}
