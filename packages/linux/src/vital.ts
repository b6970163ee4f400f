import { goesAlong, isInside } from "./goes-along.ts";
import type { SysTree } from "./sys-tree.ts";
import { anyDisk, vitalDisks } from "./vital-disks.ts";
import { vitalInterfaces } from "./vital-interfaces.ts";

/**
 * What the machine would lose with a device: the network interfaces of its default routes, the disks of its own file
 * systems, as far as they are the device, below it, or go along with it; where a first process has others than this one,
 * as outside of a container, those, too.
 *
 * @param device its path below `sys`
 * @returns what it is, in words; nothing when the machine can do without
 */
export function vitalBelow(tree: SysTree, device: string): readonly string[] {
  const all = goesAlong(tree, [device]);
  const goes = (path: string | undefined): boolean => path !== undefined && all.some((each) => isInside(path, each));
  const { disks, unsaid, overNetwork } = vitalDisks(tree);
  const interfaces = [...vitalInterfaces(tree, overNetwork)].filter(([name]) => goes(tree.link(`class/net/${name}`)));
  const lost = [...disks].filter(([path]) => goes(path));
  const maybe = unsaid.length === 0 || lost.length > 0 ? undefined : anyDisk(tree, goes);
  return [
    ...interfaces.map(([name, words]) => `${words} ${name}`),
    ...lost.map(([path, words]) => `${words} is on ${path.slice(path.lastIndexOf("/") + 1)}`),
    ...(maybe === undefined
      ? []
      : unsaid.map((words) => `${words} may be on ${maybe}, as nothing says which disks it is on`)),
  ];
}
