import type { Bus, Device, Driver, Entry, Link, Lookup, Parked, Snapshot, Status } from "./api.ts";
import { DeviceTree } from "./device-tree.ts";
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
  readonly tree: DeviceTree = new DeviceTree();
  drivers: readonly Driver[] = [];
  links: readonly Link[] = [];
  buses: readonly Bus[] = [];
  parked: ReadonlyMap<string, Parked> = new Map();
  #status: Status | null = null;
  /** How much later it is at the host than here, in milliseconds. */
  #clockOffset = 0;
  connection: Connection = { state: "connecting" };
  /** Why what is shown may be old although there is a connection. */
  trouble: string | null = null;
  /** The newest entries, oldest first, none left out. */
  recent: readonly Entry[] = [];
  /** Counts up when a device or its state has changed. */
  deviceChanges = 0;
  /** Counts up when modules have come or gone. */
  moduleChanges = 0;
  /** Counts up when `recent` does not go on where it was: what was read of the journal has to be read anew. */
  breaks = 0;
  readonly stale: Set<Part> = new Set();
  statusIsStale = false;
  readonly #recent: Entry[] = [];
  /** Devices that have changed since they were looked up. */
  readonly #dirty = new Set<string>();
  /** Those that have gone since the last lookup was begun, with the entry that says so. */
  readonly #gone = new Map<string, number>();
  /** The last entry that was heard of; null: none yet. */
  #cursor: number | null = null;
  /** The snapshot shows all entries up to this one. */
  #snapshotCursor = 0;
  readonly #listeners = new Set<() => void>();

  subscribe(fn: () => void): () => void {
    this.#listeners.add(fn);
    return () => void this.#listeners.delete(fn);
  }

  changed(): void {
    this.recent = this.#recent;
    for (const listener of this.#listeners) listener();
  }

  get status(): Status | null {
    return this.#status;
  }

  set status(status: Status) {
    this.#status = status;
    this.#clockOffset = status.started + status.uptime - Date.now();
  }

  /** What answers is a host: it has modules, settings and a configuration. */
  get isHost(): boolean {
    return this.#status?.view === undefined;
  }

  /** Something can happen there: it is no snapshot. */
  get isLive(): boolean {
    return this.#status?.view?.live !== false;
  }

  /** What the time is at the host, whose entries are looked at. */
  now(): number {
    return Date.now() + this.#clockOffset;
  }

  /** The last entry that it has heard of; null: none yet. */
  get cursor(): number | null {
    return this.#cursor;
  }

  /** Is there something to ask for? */
  get behind(): boolean {
    return this.#dirty.size > 0 || this.stale.size > 0 || this.statusIsStale;
  }

  stateOf(device: Device): State | null {
    return stateOf(device, this.parked.get(device.path));
  }

  replace({ devices, drivers, links, buses, parked, cursor }: Snapshot): void {
    this.devices.clear();
    for (const device of devices) this.devices.set(device.path, device);
    this.tree.replace(devices);
    this.drivers = drivers;
    this.links = links;
    this.buses = buses;
    this.#setParked(parked);
    this.#dirty.clear();
    this.stale.clear();
    this.#snapshotCursor = cursor;
    this.#cursor ??= cursor;
    this.deviceChanges++;
    this.moduleChanges++;
  }

  /** What it has heard of the journal does not go on: it is another one, or too much was missed. */
  forgetEntries(): void {
    this.#recent.length = 0;
    this.#cursor = null;
    this.breaks++;
  }

  /** Something has happened. What that means for devices is asked for together, later. */
  take(entry: Entry): void {
    this.#recent.push(entry);
    if (this.#recent.length > 2 * KEPT) this.#recent.splice(0, KEPT);
    this.#cursor = entry.id;
    if (entry.id > this.#snapshotCursor) this.#mark(entry);
  }

  #mark(entry: Entry): void {
    const { device, kind, data } = entry;
    if (kind === "uevent") {
      const { subsystem, action } = data;
      if (subsystem === "drivers") this.stale.add("drivers");
      else if (subsystem === "devlink") this.stale.add("links");
      else if (subsystem === "bus") this.stale.add("buses");
      else if (device !== null && action === "remove") {
        this.#delete(device);
        this.#dirty.delete(device);
        this.#gone.set(device, entry.id);
        return;
      }
    }
    if (kind === "module") this.moduleChanges++;
    if (kind === "operation" && data.op === "write") this.stale.add("buses");
    if (kind === "crash" || (kind === "operation" && /^(un)?park$/.test(data.op))) this.stale.add("parked");
    if (kind === "host" || kind === "gap" || kind === "operation" || device === null) this.statusIsStale = true;
    if (device?.startsWith("/") === true) this.#dirty.add(device);
  }

  /** The devices to look up now, `count` at most. */
  takeDirty(count: number): string[] {
    const paths = [...this.#dirty].slice(0, count);
    for (const path of paths) this.#dirty.delete(path);
    this.#gone.clear();
    return paths;
  }

  /** They could not be looked up. */
  putBack(paths: readonly string[]): void {
    for (const path of paths) this.#dirty.add(path);
  }

  /** What was asked for of devices that have changed. */
  update(asked: readonly string[], { devices, cursor }: Lookup): void {
    // A snapshot has come meanwhile.
    if (cursor < this.#snapshotCursor) return;
    const there = new Map(devices.map((device) => [device.path, device]));
    for (const path of asked) {
      // It was told that it has gone after this answer was given.
      if ((this.#gone.get(path) ?? 0) > cursor) continue;
      const device = there.get(path);
      if (device === undefined) this.#delete(path);
      else this.#set(device);
    }
  }

  #set(device: Device): void {
    const before = this.devices.get(device.path);
    if (before?.parent !== device.parent) {
      if (before !== undefined) this.tree.delete(before);
      this.tree.add(device);
    }
    this.devices.set(device.path, device);
    this.deviceChanges++;
  }

  #delete(path: string): void {
    const device = this.devices.get(path);
    if (device === undefined) return;
    this.tree.delete(device);
    this.devices.delete(path);
    this.deviceChanges++;
  }

  updateParts(snapshot: Snapshot, parts: ReadonlySet<Part>): void {
    if (parts.has("drivers")) this.drivers = snapshot.drivers;
    if (parts.has("links")) this.links = snapshot.links;
    if (parts.has("buses")) this.buses = snapshot.buses;
    if (parts.has("parked")) this.#setParked(snapshot.parked);
  }

  #setParked(parked: readonly Parked[]): void {
    this.parked = new Map(parked.map((each) => [each.device, each]));
    this.deviceChanges++;
  }
}
