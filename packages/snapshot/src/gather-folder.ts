import { type BusView, errnoOf, type SysfsEntry } from "auxbus";
import { failureOf } from "./failure.ts";
import type { Failure, SnapshotFolder, SnapshotNode } from "./format.ts";
import { gatherNames } from "./gather-names.ts";
import { listed } from "./listed.ts";
import { isSecret } from "./secrets.ts";
import type { Turns } from "./turns.ts";

/** Characters of a value at most; what is longer is cut. An attribute of Linux has one page. */
export const VALUE = 16_384;

/** How deep below a device folders are read: `net/eth0/queues/rx-0`. */
const DEPTH = 4;

/** Entries of a device and what is below it, at most. */
const ENTRIES = 4096;

/** Files of PCI devices that are the hardware itself: to read them takes long, or does something to it. */
const HARDWARE = /^(config|rom|vpd|resource\d+(_wc)?)$/;

export interface FolderOptions {
  /** Folders that are read by themselves. */
  readonly isApart: (path: string) => boolean;
  /** Devices of other buses that are below it are named. */
  readonly others?: boolean;
}

/** What has been read so far. */
export interface Gathered {
  readonly sysfs: Map<string, SnapshotFolder>;
  readonly failures: Map<string, Failure>;
  readonly turns: Turns;
  /** Hears of characters that were read. @throws {BusError} `EMSGSIZE` they are too many */
  count(characters: number): void;
}

/**
 * Reads a folder and what is below it: groups, and devices of classes. Of devices of buses that are below it, and of
 * what is deeper, at most the names are read.
 */
export async function gatherFolder(
  view: BusView,
  path: string,
  gathered: Gathered,
  { isApart, others = false }: FolderOptions,
): Promise<void> {
  let left = ENTRIES;
  const keep = (folder: string, nodes: SnapshotFolder): void => {
    gathered.sysfs.set(folder, nodes);
    gathered.count(sizeOf(folder, Object.entries(nodes)));
  };
  const named = async (folder: string): Promise<void> => {
    if (others) await gatherNames(view, folder, { keep, isApart, turns: gathered.turns });
  };
  const visit = async (folder: string, depth: number): Promise<void> => {
    await gathered.turns.next();
    const entries = await listedOrFailed(view, folder, gathered);
    if (depth > 0 && entries.some(({ name, target = "" }) => name === "subsystem" && target.startsWith("bus/"))) {
      return named(folder);
    }
    const taken = entries.slice(0, left);
    left -= taken.length;
    const nodes: [string, SnapshotNode][] = [];
    const isPci = entries.some(({ name, target }) => name === "subsystem" && target === "bus/pci");
    for (const entry of taken) {
      const isHardware = isPci && entry.kind === "file" && HARDWARE.test(entry.name);
      nodes.push([entry.name, isHardware ? { binary: true } : await nodeOf(view, folder, entry)]);
    }
    keep(folder, Object.fromEntries(nodes));
    if (taken.length < entries.length) {
      gathered.failures.set(folder, { code: "E2BIG", message: `of ${path} only ${ENTRIES} entries are kept` });
    }
    for (const { name, kind } of taken) {
      const below = `${folder}/${name}`;
      if (kind !== "folder" || isApart(below)) continue;
      await (depth === DEPTH ? named(below) : visit(below, depth + 1));
    }
  };
  await visit(path, 0);
}

async function listedOrFailed(view: BusView, folder: string, { failures }: Gathered): Promise<readonly SysfsEntry[]> {
  try {
    return await listed(view, folder);
  } catch (error) {
    endIfGone(error);
    failures.set(folder, failureOf(error));
    return [];
  }
}

async function nodeOf(view: BusView, folder: string, entry: SysfsEntry): Promise<SnapshotNode> {
  const { name, kind, readable, writable, target } = entry;
  if (kind === "folder") return { folder: true };
  if (kind === "link") return { link: target ?? "?" };
  const rest = writable ? ({ writable: true } as const) : {};
  if (!readable) return { readable: false, ...rest };
  if (isSecret(folder, name)) return { secret: true, ...rest };
  try {
    const value = await view.read(`${folder}/${name}`);
    if (isBinary(value)) return { binary: true, ...rest };
    if (value.length > VALUE) return { value: cut(value), length: value.length, ...rest };
    return writable ? { value, ...rest } : value;
  } catch (error) {
    endIfGone(error);
    // Some have nothing to say at the moment, as on Linux; some are gone by now.
    return { error: failureOf(error), ...rest };
  }
}

/** One attribute that cannot be read is told of; when nobody answers any more, all would be. */
function endIfGone(error: unknown): void {
  if (["ECONNREFUSED", "ECONNRESET", "ESHUTDOWN"].includes(errnoOf(error))) throw error;
}

/** What is no text: bytes that are none of UTF-8, and control characters that no text has. */
function isBinary(value: string): boolean {
  // Of what is long, the beginning tells.
  return /[^\P{Cc}\n\t\r]|\uFFFD/u.test(value.slice(0, VALUE));
}

/** The beginning, without a word that would be cut in two: half an address could not be masked. */
function cut(value: string): string {
  const beginning = value.slice(0, VALUE);
  const space = Math.max(beginning.lastIndexOf("\n"), beginning.lastIndexOf(" "));
  return space > 0 ? beginning.slice(0, space + 1) : "";
}

function sizeOf(folder: string, nodes: readonly (readonly [string, SnapshotNode])[]): number {
  let size = folder.length + 8;
  for (const [name, node] of nodes) {
    size +=
      name.length + 32 + (typeof node === "string" ? node.length : "value" in node ? (node.value?.length ?? 0) : 0);
  }
  return size;
}
