import type { z } from "@hono/zod-openapi";
import { type DriverCore, errnoOf, type SysfsEntry } from "auxbus";
import { reasonOf } from "../reason.ts";
import type { SysfsEntrySchema, SysfsSchema } from "./schemas.ts";

type Read = z.infer<typeof SysfsSchema>;
type ReadEntry = z.infer<typeof SysfsEntrySchema>;

/** What is at a path below `/sys`. @param values read the files of a folder, too @throws {BusError} as `Sysfs.read` */
export function readSysfs({ sysfs }: DriverCore, path: string, values: boolean): Read {
  const names = path.split("/").filter((name) => name !== "");
  const own = names.length === 0 ? undefined : entryOf(sysfs.entries(names.slice(0, -1).join("/")), names.at(-1));
  if (own?.kind === "file") {
    const { readable, writable } = own;
    return { kind: "file", readable, writable, value: readable ? sysfs.read(path) : null };
  }
  const entries = sysfs.entries(path);
  return {
    kind: "folder",
    entries: values ? entries.map((entry) => withValue(entry, () => sysfs.read(`${path}/${entry.name}`))) : entries,
  };
}

function entryOf(entries: readonly SysfsEntry[], name: string | undefined): SysfsEntry | undefined {
  return entries.find((entry) => entry.name === name);
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
