import { contentsOf, type Folders } from "./folders.ts";
import type { Registered } from "./registered.ts";

/**
 * The disks of an NVMe controller that others may have, too: those are below a subsystem of their own, which names its
 * controllers, and not below any of these.
 *
 * @param controller its path
 */
export async function sharedDisks(folders: Folders, controller: string): Promise<readonly Registered[]> {
  const found: Registered[] = [];
  for (const { target } of await contentsOf(folders, "class/nvme-subsystem")) {
    if (target === undefined) continue;
    const contents = await contentsOf(folders, target);
    if (!contents.some((entry) => entry.kind === "link" && `/${entry.target}` === controller)) continue;
    for (const { name, kind } of contents) {
      if (kind === "folder" && /^nvme\d+n\d+$/.test(name))
        found.push({ subsystem: "block", name, path: `/${target}/${name}` });
    }
  }
  return found;
}

/** Whether a disk is one way of several to another one, by its name; nobody uses it by itself. */
export function isPath(name: string): boolean {
  return /^nvme\d+c\d+n\d+$/.test(name);
}
