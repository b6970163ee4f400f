import type { z } from "@hono/zod-openapi";
import { type BusView, errnoOf, type SysfsEntry } from "auxbus";
import type { SysfsEntrySchema, SysfsSchema } from "../api/schemas.ts";
import { reasonOf } from "../reason.ts";

type Read = z.infer<typeof SysfsSchema>;
type ReadEntry = z.infer<typeof SysfsEntrySchema>;

/** What is at a path below `/sys`, as a view shows it. @param values read the files of a folder, too */
export async function readViewSysfs(view: BusView, path: string, values: boolean): Promise<Read> {
  const entries = await view.list(path).catch((error: unknown) => {
    if (errnoOf(error) === "ENOTDIR") return null;
    throw error;
  });
  if (entries === null) return readFile(view, path);
  if (!values) return { kind: "folder", entries: [...entries] };
  return { kind: "folder", entries: await Promise.all(entries.map((entry) => withValue(view, path, entry))) };
}

/** What may be done to a file stands in its folder. */
async function readFile(view: BusView, path: string): Promise<Read> {
  const slash = path.lastIndexOf("/");
  const around = await view.list(path.slice(0, Math.max(0, slash)));
  const entry = around.find(({ name }) => name === path.slice(slash + 1));
  const { readable = true, writable = false } = entry ?? {};
  return { kind: "file", readable, writable, value: readable ? await view.read(path) : null };
}

/** A file that cannot be read now is no reason not to show the others. */
async function withValue(view: BusView, folder: string, entry: SysfsEntry): Promise<ReadEntry> {
  if (entry.kind !== "file" || !entry.readable) return entry;
  try {
    return { ...entry, value: await view.read(`${folder}/${entry.name}`) };
  } catch (error) {
    return { ...entry, error: { code: errnoOf(error), message: reasonOf(error) } };
  }
}
