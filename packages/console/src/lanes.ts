import type { Entry } from "./api.ts";
import type { State } from "./state.ts";

/** How long a device was in a state. */
export interface Segment {
  readonly state: State;
  /** Milliseconds since 1970. */
  readonly from: number;
  /** Null: it still is. */
  readonly to: number | null;
  /** What has begun it. */
  readonly entry: Entry;
}

/** The states of one device over time, as the journal tells them. */
export class Lane {
  readonly path: string;
  readonly segments: Segment[] = [];
  /** Its entries, oldest first. */
  readonly entries: Entry[] = [];

  constructor(path: string) {
    this.path = path;
  }

  take(entry: Entry): void {
    this.entries.push(entry);
    const { time } = entry;
    switch (entry.kind) {
      case "uevent":
        if (entry.data.action === "add") this.#become("unbound", time, entry);
        else if (entry.data.action === "bind") this.#become("bound", time, entry);
        else if (entry.data.action === "unbind")
          this.#become(this.#now === "crashed" ? "crashed" : "unbound", time, entry);
        else if (entry.data.action === "remove") this.#become("absent", time, entry);
        break;
      case "probe":
        if (entry.data.ms > 0) this.#become("probing", time - entry.data.ms, entry);
        if (entry.data.result !== "bound") {
          this.#become(entry.data.result === "EPROBE_DEFER" ? "deferred" : "unbound", time, entry);
        }
        break;
      case "crash":
        this.#become("crashed", time, entry);
        break;
      case "pm":
        if (entry.data.status === "suspended" && this.#now !== "unbound") this.#become("suspended", time, entry);
        else if (entry.data.status === "active" && this.#now === "suspended") this.#become("bound", time, entry);
        break;
      case "remove":
      case "operation":
      case "module":
      case "log":
      case "host":
      case "gap":
        break;
    }
  }

  get #now(): State | undefined {
    return this.segments.at(-1)?.state;
  }

  #become(state: State, time: number, entry: Entry): void {
    const last = this.segments.at(-1);
    if (last?.state === state) return;
    // A probe is told of when it ends: it began after whatever was before.
    const from = Math.max(time, last?.from ?? time);
    if (last !== undefined) this.segments[this.segments.length - 1] = { ...last, to: from };
    this.segments.push({ state, from, to: null, entry });
  }

  /** The segment at a time. */
  at(time: number): Segment | undefined {
    return this.segments.findLast(({ from, to }) => from <= time && (to === null || time < to));
  }
}

/** The kinds of entries that lanes are made of. */
export const LANE_KINDS: ReadonlySet<string> = new Set(["uevent", "probe", "remove", "pm", "crash"]);

/**
 * A lane for each device on a bus that the entries tell of, the first that was heard of first.
 *
 * @param buses their names: other devices have no driver, and no state
 */
export function lanesOf(entries: Iterable<Entry>, buses: ReadonlySet<string>): Map<string, Lane> {
  const lanes = new Map<string, Lane>();
  for (const entry of entries) {
    const { device } = entry;
    if (device === null || !device.startsWith("/devices/") || !LANE_KINDS.has(entry.kind)) continue;
    if (entry.kind === "uevent" && !buses.has(entry.data.subsystem ?? "")) continue;
    const lane = lanes.get(device) ?? new Lane(device);
    lanes.set(device, lane);
    lane.take(entry);
  }
  return lanes;
}
