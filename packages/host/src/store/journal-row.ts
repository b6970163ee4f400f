import { trusted } from "../client/trusted.ts";
import type { Entry } from "../journal-entry.ts";

export const LEVELS = { info: 0, warn: 1, error: 2 } as const;

/** An entry as it stands in the table `journal`: the columns in their order. */
export type JournalRow = readonly [
  id: number,
  time: number,
  kind: Entry["kind"],
  device: string | null,
  name: string | null,
  driver: string | null,
  module: string | null,
  level: number | null,
  data: string,
];

/** The columns of `JournalRow` that an entry is made from. */
export const COLUMNS = "id, time, kind, device, driver, data";

/** @throws {TypeError} what it tells cannot be written as JSON */
export function rowOf({ id, time, kind, device, driver, data }: Entry): JournalRow {
  const module = "module" in data ? data.module : null;
  const level = "level" in data ? LEVELS[data.level] : null;
  const name = device === null ? null : device.slice(device.lastIndexOf("/") + 1);
  return [id, time, kind, device, name, driver, module, level, JSON.stringify(data)];
}

/** The entry of a row that was written by `rowOf`. */
export function entryOf(row: unknown): Entry {
  const { id, time, kind, device, driver, data } = trusted<Record<keyof Entry, unknown> & { readonly data: string }>(
    row,
  );
  return trusted<Entry>({ id, time, kind, device, driver, data: trusted<unknown>(JSON.parse(data)) });
}
