import type { BusView, DeviceSnapshot } from "auxbus";
import { isPath, sharedDisks } from "./nvme-disks.ts";
import { amongBuses, isWay, type Registered, UNSAID } from "./registered.ts";

/**
 * What `registeredBelow` finds, for all devices at once: instead of looking into the folder of each it asks classes and
 * buses for their devices. Only views of whole machines have those.
 */
export async function registeredByClass(
  view: Pick<BusView, "list">,
  devices: readonly DeviceSnapshot[],
): Promise<ReadonlyMap<string, readonly Registered[]>> {
  const isShown = amongBuses(devices);
  const items = await itemsOf(view);
  const all = new Map<string, Registered[]>();
  for (const [path, subsystem] of items) {
    if (isShown(path) || UNSAID.has(nameOf(subsystem)) || isPath(nameOf(path))) continue;
    const owner = ownerOf(path, isShown, items);
    if (owner === undefined) continue;
    const others = all.get(owner) ?? [];
    all.set(owner, others);
    others.push({ subsystem: nameOf(subsystem), name: nameOf(path), path });
    if (subsystem === "class/nvme") others.push(...(await sharedDisks(view, path)));
  }
  for (const found of all.values()) found.sort((a, b) => (a.path < b.path ? -1 : 1));
  return all;
}

/**
 * The nearest device above that is shown, if nothing else stands in between, nor a device of the same bus as its own,
 * as those behind a bridge are.
 */
function ownerOf(
  path: string,
  isShown: (path: string) => boolean,
  items: ReadonlyMap<string, string>,
): string | undefined {
  const between = new Set([items.get(path)]);
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    const above = path.slice(0, end);
    const subsystem = items.get(above);
    if (isShown(above)) return subsystem?.startsWith("bus/") === true && between.has(subsystem) ? undefined : above;
    if (subsystem !== undefined && !isWay(subsystem)) return undefined;
    between.add(subsystem);
  }
  return undefined;
}

/** All devices of classes and buses by their paths, with where their link `subsystem` leads. */
async function itemsOf(view: Pick<BusView, "list">): Promise<ReadonlyMap<string, string>> {
  const items = new Map<string, string>();
  for (const kind of ["class", "bus"]) {
    for (const { name, kind: is } of await view.list(kind).catch(() => [])) {
      if (is !== "folder") continue;
      const subsystem = `${kind}/${name}`;
      const entries = await view.list(kind === "bus" ? `${subsystem}/devices` : subsystem).catch(() => []);
      for (const { target } of entries) {
        if (target?.startsWith("devices/") === true && !target.startsWith("devices/virtual/"))
          items.set(`/${target}`, subsystem);
      }
    }
  }
  return items;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
