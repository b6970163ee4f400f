import type { Device } from "./api.ts";

/** A line of the tree. */
export interface Row {
  readonly device: Device;
  /** From 1 on. */
  readonly level: number;
  readonly hasChildren: boolean;
  readonly open: boolean;
}

/** The children of each device by the path of their parent; the roots under null. */
export function childrenOf(devices: Iterable<Device>): Map<string | null, Device[]> {
  const children = new Map<string | null, Device[]>();
  for (const device of devices) {
    const siblings = children.get(device.parent);
    if (siblings === undefined) children.set(device.parent, [device]);
    else siblings.push(device);
  }
  const byName = new Intl.Collator("en", { numeric: true });
  for (const siblings of children.values()) siblings.sort((a, b) => byName.compare(a.name, b.name));
  return children;
}

/**
 * The tree as lines, children below their parents.
 *
 * @param closed paths whose children are not shown
 * @param wanted which devices are shown; their ancestors are, too. Null: all
 */
export function rowsOf(
  devices: ReadonlyMap<string, Device>,
  closed: ReadonlySet<string>,
  wanted: ((device: Device) => boolean) | null,
): Row[] {
  const shown = wanted === null ? null : withAncestors(devices, wanted);
  const children = childrenOf(
    shown === null ? devices.values() : [...devices.values()].filter(({ path }) => shown.has(path)),
  );
  const rows: Row[] = [];
  const visit = (device: Device, level: number): void => {
    const own = children.get(device.path) ?? [];
    const open = shown !== null || !closed.has(device.path);
    rows.push({ device, level, hasChildren: own.length > 0, open });
    if (open) for (const child of own) visit(child, level + 1);
  };
  for (const root of children.get(null) ?? []) visit(root, 1);
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
