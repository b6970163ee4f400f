import type { BusView } from "auxbus";

/** What is in a folder below `/sys`. */
export interface SysfsFolder {
  /** What can be read; null: it cannot be read, or not now. */
  readonly attributes: Readonly<Record<string, string | null>>;
  /** Where links lead, below `/sys`. */
  readonly links: Readonly<Record<string, string>>;
  readonly folders: readonly string[];
}

/** Reads all of a folder. */
export async function readFolder(view: BusView, path: string): Promise<SysfsFolder> {
  const entries = await view.list(path);
  const files = entries.filter(({ kind }) => kind === "file");
  const values = files.map(async ({ name, readable }): Promise<[string, string | null]> => {
    if (!readable) return [name, null];
    // Some have nothing to say at the moment, as on Linux.
    const value = await view.read(`${path}/${name}`).catch(() => undefined);
    return [name, value?.replace(/\n$/, "") ?? null];
  });
  const links = entries.filter(({ kind }) => kind === "link");
  return {
    attributes: Object.fromEntries(await Promise.all(values)),
    links: Object.fromEntries(links.map(({ name, target }) => [name, target ?? ""])),
    folders: entries.filter(({ kind }) => kind === "folder").map(({ name }) => name),
  };
}
