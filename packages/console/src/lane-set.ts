import type { Device, Entry } from "./api.ts";
import { DeviceTree } from "./device-tree.ts";
import type { JournalWindow } from "./journal-window.ts";
import { Lane, type Segment } from "./lanes.ts";
import type { Model } from "./model.ts";

/** The kinds of entries that lanes are made of. */
export const LANE_KINDS = ["uevent", "probe", "remove", "pm", "crash", "host"] as const;

const KINDS: ReadonlySet<string> = new Set(LANE_KINDS);

/** A lane for each device that there is, or was. */
export class LaneSet {
  readonly #lanes = new Map<string, Lane>();
  readonly #tree = new DeviceTree();
  /** When the whole system slept. */
  #sleeps: Segment[] = [];
  #starts = -1;
  #window: JournalWindow | null = null;
  #taken = 0;

  get sleeps(): readonly Segment[] {
    return this.#sleeps;
  }

  of(path: string): Lane | undefined {
    return this.#lanes.get(path);
  }

  /** Takes what has come since it was asked last; all of it, when the beginning has changed. */
  follow(window: JournalWindow, model: Model): void {
    if (window !== this.#window || window.starts !== this.#starts) {
      this.#lanes.clear();
      this.#tree.replace([]);
      this.#sleeps = [];
      this.#taken = 0;
      this.#window = window;
      this.#starts = window.starts;
    }
    // First those that there are: what has gone finds its place among them.
    for (const { path, parent } of model.devices.values()) this.#lane(path, parent);
    const { entries } = window;
    for (let i = this.#taken; i < entries.length; i++) {
      const entry = entries[i];
      if (entry !== undefined) this.#take(entry, model.devices);
    }
    this.#taken = entries.length;
    // Those that nothing has happened to are as they are now.
    for (const device of model.devices.values()) {
      const lane = this.#lane(device.path, device.parent);
      if (lane.entries.length === 0) lane.initial = model.stateOf(device) ?? "unbound";
      if (device.bus !== null) lane.hasDrivers = true;
    }
  }

  #take(entry: Entry, devices: ReadonlyMap<string, Device>): void {
    const { device, kind, time } = entry;
    if (kind === "host" && entry.data.event === "start") for (const lane of this.#lanes.values()) lane.end(time);
    else if (kind === "pm" && device === null) this.#sleep(entry.data.status === "suspended", time);
    if (device?.startsWith("/devices/") !== true || !KINDS.has(kind)) return;
    this.#lane(device, devices.get(device)?.parent).take(entry);
  }

  #sleep(asleep: boolean, time: number): void {
    const last = this.#sleeps.at(-1);
    if (asleep) this.#sleeps.push({ state: "suspended", from: time, to: null });
    else if (last !== undefined) this.#sleeps[this.#sleeps.length - 1] = { ...last, to: time };
  }

  #lane(path: string, parent: string | null | undefined): Lane {
    const known = this.#lanes.get(path);
    if (known !== undefined) return known;
    const lane = new Lane(path);
    this.#lanes.set(path, lane);
    this.#tree.add({ path, parent: parent ?? this.#parentOf(path) });
    return lane;
  }

  /** Of one that is gone: the nearest that is above it. */
  #parentOf(path: string): string | null {
    const end = path.lastIndexOf("/");
    if (end <= 0) return null;
    const above = path.slice(0, end);
    return this.#lanes.has(above) ? above : this.#parentOf(above);
  }

  /** Parents before their children. */
  list(wanted: (lane: Lane) => boolean): readonly Lane[] {
    const found: Lane[] = [];
    const visit = (path: string | null): void => {
      for (const child of this.#tree.children(path)) {
        const lane = this.#lanes.get(child);
        if (lane !== undefined && wanted(lane)) found.push(lane);
        visit(child);
      }
    };
    visit(null);
    return found;
  }
}
