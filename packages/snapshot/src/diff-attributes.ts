import type { SnapshotFile, SnapshotNode } from "./format.ts";
import { isNoise } from "./noise.ts";

/**
 * The values of files, by path, as far as they can be compared with those of another snapshot: what is below a device,
 * driver or bus that is in one of them alone says nothing more than that.
 */
export function attributesOf(file: SnapshotFile, other: SnapshotFile, all: boolean): Map<string, string> {
  const owners = ownersIn(file);
  const shared = ownersIn(other);
  const values = new Map<string, string>();
  for (const [folder, nodes] of Object.entries(file.sysfs)) {
    const owner = ownerOf(folder, owners);
    if (owner !== undefined && !shared.has(owner)) continue;
    for (const [name, node] of Object.entries(nodes)) {
      const path = `${folder}/${name}`;
      const value = valueOf(node);
      if (value !== undefined && (all || !isNoise(path))) values.set(path, value);
    }
  }
  return values;
}

/** Folders of devices, buses, drivers and modules. */
function ownersIn({ snapshot: { buses, devices, drivers } }: SnapshotFile): Set<string> {
  const owners = new Set(devices.map(({ path }) => path.slice(1)));
  for (const { name } of buses) owners.add(`bus/${name}`);
  for (const { bus, name, module } of drivers) owners.add(`bus/${bus}/drivers/${name}`).add(`module/${module}`);
  return owners;
}

function ownerOf(folder: string, owners: ReadonlySet<string>): string | undefined {
  for (let path = folder; path !== ""; path = path.slice(0, Math.max(0, path.lastIndexOf("/")))) {
    if (owners.has(path)) return path;
  }
  return undefined;
}

/** Links and folders are told by the lists. */
function valueOf(node: SnapshotNode): string | undefined {
  if (typeof node === "string") return node;
  if ("link" in node || "folder" in node) return undefined;
  if (node.error !== undefined) return `unreadable: ${node.error.code}`;
  if (node.secret === true) return "left out";
  return node.value ?? (node.binary === true ? "binary" : "write-only");
}
