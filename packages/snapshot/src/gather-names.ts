import { type BusView, errnoOf } from "auxbus";
import type { SnapshotFolder, SnapshotNode } from "./format.ts";
import { listed } from "./listed.ts";
import type { Turns } from "./turns.ts";

/** How deep: a disk is `ata1/host0/target0:0:0/0:0:0:0/block/sda` below its controller. */
const DEPTH = 16;

/** Devices that are kept below one, at most. */
const DEVICES = 16_384;

export interface NamesOptions {
  readonly keep: (folder: string, nodes: SnapshotFolder) => void;
  /** Folders that are read by themselves. */
  readonly isApart: (path: string) => boolean;
  readonly turns: Turns;
}

/**
 * What is below a folder as far as it says which devices there are: their names, `subsystem` and `uevent`, and the
 * folders that lead to them. That of a controller tells its disks so, when theirs are not read.
 */
export async function gatherNames(view: BusView, path: string, { keep, isApart, turns }: NamesOptions): Promise<void> {
  let left = DEVICES;
  /** Whether something was kept. */
  const visit = async (folder: string, depth: number): Promise<boolean> => {
    if (depth > DEPTH) return false;
    await turns.next();
    // Nothing, when it has gone: somebody else says why.
    const entries = await listed(view, folder).catch(nothingIfThere([]));
    const isDevice = entries.some(({ name }) => name === "uevent" || name === "subsystem");
    // That of a class has nothing but folders; in all others are only attributes.
    if (!isDevice && entries.some(({ kind }) => kind !== "folder")) return false;
    if (isDevice && --left < 0) return false;
    const nodes: [string, SnapshotNode][] = [];
    for (const { name, kind, target } of entries) {
      const below = `${folder}/${name}`;
      if (kind === "folder") {
        if (isApart(below) || (await visit(below, depth + 1))) nodes.push([name, { folder: true }]);
      } else if (name === "subsystem" && target !== undefined) nodes.push([name, { link: target }]);
      else if (name === "uevent") nodes.push([name, await said(view, below)]);
    }
    if (nodes.length === 0) return false;
    keep(folder, Object.fromEntries(nodes));
    return true;
  };
  await visit(path, 0);
}

async function said(view: BusView, path: string): Promise<SnapshotNode> {
  const value = await view.read(path).catch(nothingIfThere(""));
  return { value: /[^\P{Cc}\n]/u.test(value) ? "" : value, writable: true };
}

/** One that is gone or refuses is nothing; when nobody answers any more, all would be. */
function nothingIfThere<T>(nothing: T): (error: unknown) => T {
  return (error) => {
    if (["ECONNREFUSED", "ECONNRESET", "ESHUTDOWN"].includes(errnoOf(error))) throw error;
    return nothing;
  };
}
