import type { SysTree } from "./sys-tree.ts";

/** A device link of the kernel; all of it paths below `sys`. */
export interface KernelLink {
  /** Where its files are. */
  readonly path: string;
  readonly consumer: string;
  readonly supplier: string;
  /** As the file `status` says it. */
  readonly state: string;
}

/** All device links; what goes meanwhile is left out. */
export function deviceLinks(tree: SysTree): readonly KernelLink[] {
  return tree.names("class/devlink").flatMap((name) => {
    const path = tree.link(`class/devlink/${name}`);
    if (path === undefined) return [];
    const [consumer, supplier] = [tree.link(`${path}/consumer`), tree.link(`${path}/supplier`)];
    if (consumer === undefined || supplier === undefined) return [];
    return [{ path, consumer, supplier, state: tree.attribute(`${path}/status`) ?? "unknown" }];
  });
}
