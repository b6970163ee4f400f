import type { Device } from "./api.ts";
import type { DeviceTree } from "./device-tree.ts";

/** A line of the tree. */
export interface Row {
  readonly device: Device;
  /** From 1 on. */
  readonly level: number;
  readonly hasChildren: boolean;
  readonly open: boolean;
  /** Which one of its siblings it is, from 1 on, and how many they are. */
  readonly place: number;
  readonly siblings: number;
}

/**
 * The tree as lines, children below their parents.
 *
 * @param closed paths whose children are not shown
 * @param wanted which devices are shown; their ancestors are, too. Null: all
 */
export function rowsOf(
  devices: ReadonlyMap<string, Device>,
  tree: DeviceTree,
  closed: ReadonlySet<string>,
  wanted: ((device: Device) => boolean) | null,
): Row[] {
  const shown = wanted === null ? null : withAncestors(devices, wanted);
  const childrenOf = (path: string | null): readonly string[] => {
    const all = tree.children(path);
    return shown === null ? all : all.filter((each) => shown.has(each));
  };
  const rows: Row[] = [];
  const visit = (paths: readonly string[], level: number): void => {
    for (const [i, path] of paths.entries()) {
      const device = devices.get(path);
      if (device === undefined) continue;
      const own = childrenOf(path);
      const open = shown !== null || !closed.has(path);
      rows.push({ device, level, hasChildren: own.length > 0, open, place: i + 1, siblings: paths.length });
      if (open) visit(own, level + 1);
    }
  };
  visit(childrenOf(null), 1);
  return rows;
}

function withAncestors(devices: ReadonlyMap<string, Device>, wanted: (device: Device) => boolean): Set<string> {
  const shown = new Set<string>();
  for (const device of devices.values()) {
    if (!wanted(device)) continue;
    for (let at: Device | undefined = device; at !== undefined && !shown.has(at.path);) {
      shown.add(at.path);
      at = at.parent === null ? undefined : devices.get(at.parent);
    }
  }
  return shown;
}

/** All that is below a device, at any depth. */
export function descendantsOf(tree: DeviceTree, path: string): string[] {
  return tree.children(path).flatMap((child) => [child, ...descendantsOf(tree, child)]);
}
