import type { Device } from "./api.ts";
import { nameOf } from "./text.ts";

const NAMES = new Intl.Collator("en", { numeric: true });

const NONE: readonly string[] = [];

/**
 * Who is below whom, in the order in which it is shown. One that comes is put in its place: sorting thousands of
 * siblings at every change would take longer than drawing them.
 */
export class DeviceTree {
  readonly #children = new Map<string | null, string[]>();

  /** The paths below one, by name; the roots are below null. */
  children(of: string | null): readonly string[] {
    return this.#children.get(of) ?? NONE;
  }

  replace(devices: Iterable<Pick<Device, "path" | "parent">>): void {
    this.#children.clear();
    for (const { path, parent } of devices) {
      const siblings = this.#children.get(parent);
      if (siblings === undefined) this.#children.set(parent, [path]);
      else siblings.push(path);
    }
    for (const siblings of this.#children.values()) siblings.sort(byName);
  }

  add({ path, parent }: Pick<Device, "path" | "parent">): void {
    const siblings = this.#children.get(parent);
    if (siblings === undefined) this.#children.set(parent, [path]);
    else siblings.splice(placeOf(siblings, path), 0, path);
  }

  delete({ path, parent }: Pick<Device, "path" | "parent">): void {
    const siblings = this.#children.get(parent);
    const at = siblings === undefined ? -1 : placeOf(siblings, path);
    if (siblings?.[at] !== path) return;
    siblings.splice(at, 1);
    if (siblings.length === 0) this.#children.delete(parent);
  }
}

function byName(a: string, b: string): number {
  // Two names may be alike to the collator, as eth1 and eth01 are.
  return NAMES.compare(nameOf(a), nameOf(b)) || (a < b ? -1 : Number(a > b));
}

/** Where a path is among its siblings, or belongs. */
function placeOf(siblings: readonly string[], path: string): number {
  let [low, high] = [0, siblings.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (byName(siblings[middle] ?? "", path) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
