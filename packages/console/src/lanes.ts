import type { Entry } from "./api.ts";
import type { State } from "./state.ts";

/** How long a device was in a state. */
export interface Segment {
  readonly state: State;
  /** Milliseconds since 1970. */
  readonly from: number;
  /** Null: it still is. */
  readonly to: number | null;
}

/** The states of one device over time, as the journal tells them. */
export class Lane {
  readonly path: string;
  readonly segments: Segment[] = [];
  /** Its entries, oldest first. */
  readonly entries: Entry[] = [];
  /** What it was before the first segment; null: nobody knows. */
  initial: State | null = null;
  /** Whether a driver had to do with it: one that is on no bus is never bound. */
  hasDrivers = false;

  constructor(path: string) {
    this.path = path;
  }

  take(entry: Entry): void {
    this.entries.push(entry);
    this.initial ??= before(entry);
    const { time } = entry;
    switch (entry.kind) {
      case "uevent":
        this.#takeUevent(entry.data.action, time);
        break;
      case "probe":
        this.hasDrivers = true;
        // It is told of when it ends.
        this.#become("probing", time - entry.data.ms);
        if (entry.data.result === "bound") this.#become("bound", time);
        else this.#become(entry.data.result === "EPROBE_DEFER" ? "deferred" : "unbound", time);
        break;
      case "crash":
        this.#become("crashed", time);
        break;
      case "pm":
        if (entry.data.status === "suspended" && this.#now === "bound") this.#become("suspended", time);
        else if (entry.data.status === "active" && this.#now === "suspended") this.#become("bound", time);
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

  #takeUevent(action: string, time: number): void {
    if (action === "bind" || action === "unbind") this.hasDrivers = true;
    if (action === "add") this.#become("unbound", time);
    else if (action === "bind") this.#become("bound", time);
    // It stays marked until a driver has it again.
    else if (action === "unbind" && this.#now !== "crashed") this.#become("unbound", time);
    else if (action === "remove") this.end(time);
  }

  /** It is gone, and so it is when the host begins anew. */
  end(time: number): void {
    this.#become("absent", time);
  }

  get #now(): State | null {
    return this.segments.at(-1)?.state ?? this.initial;
  }

  #become(state: State, time: number): void {
    const last = this.segments.at(-1);
    if (this.#now === state) return;
    // A probe is told of when it ends: it began after whatever was before.
    const from = Math.max(time, last?.from ?? time);
    if (last !== undefined) this.segments[this.segments.length - 1] = { ...last, to: from };
    this.segments.push({ state, from, to: null });
  }

  /** The segment at a time. */
  at(time: number): Segment | undefined {
    const found = this.segments.findLast(({ from }) => from <= time);
    if (found !== undefined || this.initial === null) return found;
    return { state: this.initial, from: -Infinity, to: this.segments[0]?.from ?? null };
  }
}

/** What a device was when an entry was written; null: that does not tell. */
function before(entry: Entry): State | null {
  if (entry.kind === "probe") return "unbound";
  if (entry.kind === "remove" || entry.kind === "crash") return "bound";
  if (entry.kind === "pm") return ["resuming", "active"].includes(entry.data.status) ? "suspended" : "bound";
  if (entry.kind !== "uevent") return null;
  const { action } = entry.data;
  if (action === "add") return "absent";
  if (action === "unbind") return "bound";
  return action === "bind" || action === "remove" ? "unbound" : null;
}
