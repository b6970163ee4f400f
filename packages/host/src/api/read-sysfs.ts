import type { z } from "@hono/zod-openapi";
import { type DriverCore, errnoOf, type SysfsEntry } from "auxbus";
import { reasonOf } from "../reason.ts";
import type { SysfsEntrySchema, SysfsSchema } from "./schemas.ts";

type Read = z.infer<typeof SysfsSchema>;
type ReadEntry = z.infer<typeof SysfsEntrySchema>;

/** What is at a path below `/sys`. @param values read the files of a folder, too @throws {BusError} as `Sysfs.read` */
export function readSysfs({ sysfs }: DriverCore, path: string, values: boolean): Read {
  const { kind, readable, writable } = sysfs.stat(path);
  if (kind === "file") return { kind, readable, writable, value: readable ? sysfs.read(path) : null };
  const entries = sysfs.entries(path);
  return {
    kind: "folder",
    entries: values ? entries.map((entry) => withValue(entry, () => sysfs.read(`${path}/${entry.name}`))) : entries,
  };
}

/** A file that cannot be read now is no reason not to show the others. */
function withValue(entry: SysfsEntry, read: () => string): ReadEntry {
  if (entry.kind !== "file" || !entry.readable) return entry;
  try {
    return { ...entry, value: read() };
  } catch (error) {
    return { ...entry, error: { code: errnoOf(error), message: reasonOf(error) } };
  }
}
