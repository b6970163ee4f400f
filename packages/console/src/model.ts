import type { Bus, Device, Driver, Entry, Link, Parked, Snapshot, Status } from "./api.ts";
import { type State, stateOf } from "./state.ts";

/** How the page is connected with its host. */
export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** `since` and `next` (the next attempt) in milliseconds since 1970. */
  | { readonly state: "lost"; readonly since: number; readonly next: number; readonly why: string }
  | { readonly state: "refused"; readonly why: string };

/** Which lists of the snapshot have to be asked for again. */
export type Part = "drivers" | "links" | "buses" | "parked";

/** How many entries are kept for the views that show what happens. */
const KEPT = 20_000;

/** What the page knows of its host: a snapshot, and what has happened since. */
export class Model {
  readonly devices: Map<string, Device> = new Map();
  drivers: readonly Driver[] = [];
  links: readonly Link[] = [];
  buses: readonly Bus[] = [];
  parked: ReadonlyMap<string, Parked> = new Map();
  status: Status | null = null;
  connection: Connection = { state: "connecting" };
  /** The newest entries, oldest first. */
  recent: Entry[] = [];
  /** Counts up when modules have come or gone. */
  modules = 0;
  /** Devices that have changed since they were looked up. */
  readonly dirty: Set<string> = new Set();
  readonly stale: Set<Part> = new Set();
  /** The snapshot shows all entries up to this one. */
  #snapshotCursor = 0;
  readonly #listeners = new Set<() => void>();

  subscribe(fn: () => void): () => void {
    this.#listeners.add(fn);
    return () => void this.#listeners.delete(fn);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** The last entry that it has heard of. */
  get cursor(): number | undefined {
    return this.recent.at(-1)?.id;
  }

  stateOf(device: Device): State | null {
    return stateOf(device, this.parked.get(device.path));
  }

  replace({ devices, drivers, links, buses, parked, cursor }: Snapshot): void {
    this.devices.clear();
    for (const device of devices) this.devices.set(device.path, device);
    this.drivers = drivers;
    this.links = links;
    this.buses = buses;
    this.parked = new Map(parked.map((each) => [each.device, each]));
    this.dirty.clear();
    this.stale.clear();
    this.#snapshotCursor = cursor;
  }

  /** Something has happened. What that means for devices is asked for together, later. */
  take(entry: Entry): void {
    this.recent.push(entry);
    if (this.recent.length > 2 * KEPT) this.recent = this.recent.slice(-KEPT);
    if (entry.id <= this.#snapshotCursor) return;
    const { device, kind, data } = entry;
    if (kind === "uevent") {
      const { subsystem, action } = data;
      if (subsystem === "drivers") this.stale.add("drivers");
      else if (subsystem === "devlink") this.stale.add("links");
      else if (subsystem === "bus") this.stale.add("buses");
      else if (device !== null && action === "remove") {
        this.devices.delete(device);
        this.dirty.delete(device);
        return;
      }
    }
    if (kind === "module") this.modules++;
    if (kind === "operation" && data.op === "write") this.stale.add("buses");
    if (kind === "crash" || (kind === "operation" && /^(un)?park$/.test(data.op))) this.stale.add("parked");
    if (device?.startsWith("/") === true) this.dirty.add(device);
  }

  /** What was asked for of devices that have changed. */
  update(asked: readonly string[], found: readonly Device[]): void {
    const there = new Map(found.map((device) => [device.path, device]));
    for (const path of asked) {
      const device = there.get(path);
      if (device === undefined) this.devices.delete(path);
      else this.devices.set(path, device);
    }
  }

  updateParts(snapshot: Snapshot, parts: ReadonlySet<Part>): void {
    if (parts.has("drivers")) this.drivers = snapshot.drivers;
    if (parts.has("links")) this.links = snapshot.links;
    if (parts.has("buses")) this.buses = snapshot.buses;
    if (parts.has("parked")) this.parked = new Map(snapshot.parked.map((each) => [each.device, each]));
  }
}
