import type { Entry } from "../journal/entry.ts";

/** How long things of one kind took. */
export interface Latency {
  readonly count: number;
  /** Milliseconds; null when there were none. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** What has happened within a window of time. */
export interface Figures {
  /** Seconds that are looked at. */
  readonly window: number;
  /** A second. */
  readonly rates: { readonly uevents: number; readonly probes: number; readonly operations: number };
  readonly latency: { readonly probes: Latency; readonly operations: Latency };
  readonly slowest: readonly { readonly device: string; readonly driver: string; readonly ms: number }[];
  readonly crashes: readonly {
    readonly time: number;
    readonly device: string | null;
    readonly module: string;
    readonly why: string;
  }[];
}

const SLOWEST = 5;

/** The figures of entries that are within the window. @param window seconds */
export function figures(entries: readonly Entry[], window: number): Figures {
  const probes = entries.filter((entry) => entry.kind === "probe");
  const operations = entries.filter((entry) => entry.kind === "operation");
  const uevents = entries.filter(({ kind }) => kind === "uevent").length;
  const rate = (count: number): number => Math.round((count / window) * 100) / 100;
  return {
    window,
    rates: { uevents: rate(uevents), probes: rate(probes.length), operations: rate(operations.length) },
    latency: {
      probes: latency(probes.map(({ data }) => data.ms)),
      operations: latency(operations.map(({ data }) => data.ms)),
    },
    slowest: probes
      .map(({ device, driver, data: { ms } }) => ({ device: device ?? "", driver: driver ?? "", ms }))
      .toSorted((a, b) => b.ms - a.ms)
      .slice(0, SLOWEST),
    crashes: entries
      .filter((entry) => entry.kind === "crash")
      .map(({ time, device, data: { module, why } }) => ({ time, device, module, why })),
  };
}

function latency(times: readonly number[]): Latency {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number | null => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? null };
}
