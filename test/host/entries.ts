import type { Entry, JournalFilter } from "../../packages/host/src/journal-entry.ts";

/** A log entry. */
export function logEntry(id: number, more: Partial<Pick<Entry, "time" | "device" | "driver">> = {}): Entry {
  return { id, time: id, device: null, driver: null, ...more, kind: "log", data: { level: "info", message: `m${id}` } };
}

/** Log entries with the ids from one to another, both inclusive. */
export function logEntries(from: number, to: number): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, index) => logEntry(from + index));
}

/** All there are, oldest first. */
export const ALL: JournalFilter = { limit: 1_000_000, order: "asc" };
