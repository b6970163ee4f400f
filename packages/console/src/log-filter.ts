import type { Entry } from "./api.ts";
import { levelOf } from "./text.ts";

/** What of the journal is wanted. */
export interface LogFilter {
  readonly kinds: readonly string[];
  readonly level: "info" | "warn" | "error";
  readonly device: string;
  readonly text: string;
  /** Seconds back; 0: everything. */
  readonly since: number;
}

export const ALL: LogFilter = { kinds: [], level: "info", device: "", text: "", since: 0 };

const RANK = { info: 0, warn: 1, error: 2 } as const;

/** What the host is asked for. It knows a level of log messages only; of others, this page does. */
export function queryOf(
  { kinds, device, text, since }: LogFilter,
  now: number,
): Readonly<Record<string, string | number>> {
  return {
    ...(kinds.length === 0 ? {} : { kind: kinds.join(",") }),
    ...(device === "" ? {} : { device }),
    ...(text === "" ? {} : { text }),
    ...(since === 0 ? {} : { since: Math.round(now - since * 1000) }),
  };
}

/** Whether an entry is what the host would give. */
export function fits({ kinds, device, text }: LogFilter, entry: Entry): boolean {
  const words = text.toLowerCase();
  return (
    (kinds.length === 0 || kinds.includes(entry.kind)) &&
    (device === "" || entry.device === device || entry.device?.endsWith(`/${device}`) === true) &&
    (text === "" ||
      entry.device?.toLowerCase().includes(words) === true ||
      entry.driver?.toLowerCase().includes(words) === true ||
      JSON.stringify(entry.data).toLowerCase().includes(words))
  );
}

export function hasLevel({ level }: LogFilter, entry: Entry): boolean {
  return RANK[levelOf(entry)] >= RANK[level];
}
