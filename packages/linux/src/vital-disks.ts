import { closure } from "./closure.ts";
import { type Mount, mountOf, mountTables } from "./mounts.ts";
import type { SysTree } from "./sys-tree.ts";

/** Where the file systems are that no machine does without, and what each is called. */
const POINTS: readonly (readonly [point: string, words: string])[] = [
  ["/", "the root file system"],
  // What an image-based system has its root from.
  ["/sysroot", "/sysroot"],
  ...["/usr", "/var", "/boot"].map((point) => [point, point] as const),
];

/** File systems that are on a server. */
const NETWORKED = /^(nfs4?|cifs|smb3|ceph|afs)$/;

/** File systems that are on no disk of this machine, and on no server. */
const DISKLESS = /^(tmpfs|ramfs|rootfs|9p|virtiofs)$/;

export interface VitalDisks {
  /** What is on disks, on what these are made of, and on controllers that stand elsewhere; by path. */
  readonly disks: ReadonlyMap<string, string>;
  /** File systems of which nobody says on which disks they are. */
  readonly unsaid: readonly string[];
  /** One of them is on a server. */
  readonly overNetwork: boolean;
}

/** The disks that the machine's own file systems are on, through whatever lies between. */
export function vitalDisks(tree: SysTree): VitalDisks {
  const disks = new Map<string, string>();
  const unsaid = new Set<string>();
  let overNetwork = false;
  for (const all of mountTables(tree)) {
    for (const [point, words] of POINTS) {
      const mount = all.findLast((each) => each.point === point);
      if (mount === undefined) continue;
      overNetwork ||= NETWORKED.test(mount.type);
      const first = disksOf(tree, all, mount);
      if (first === undefined) unsaid.add(`${words} (${mount.type} ${mount.source})`);
      for (const path of madeOf(tree, all, first ?? [])) if (!disks.has(path)) disks.set(path, words);
    }
  }
  return { disks, unsaid: [...unsaid], overNetwork };
}

/** Disks, and what they are made of. */
function madeOf(tree: SysTree, all: readonly Mount[], disks: readonly string[]): readonly string[] {
  return closure(disks, (path) => [
    ...slavesOf(tree, path),
    // A partition has none of its own.
    ...slavesOf(tree, path.slice(0, path.lastIndexOf("/"))),
    ...controllersOf(tree, path),
    ...underLoop(tree, all, path),
  ]);
}

/** A disk of this machine that is below a device, or goes with it. @param goes whether a path does */
export function anyDisk(tree: SysTree, goes: (path: string) => boolean): string | undefined {
  return tree.names("class/block").find((name) => {
    const path = tree.link(`class/block/${name}`);
    return path !== undefined && [path, ...controllersOf(tree, path)].some(goes);
  });
}

/** @returns undefined if nobody says */
function disksOf(
  tree: SysTree,
  all: readonly Mount[],
  mount: Mount,
  above: ReadonlySet<Mount> = new Set(),
): readonly string[] | undefined {
  const { number, type, source, options } = mount;
  if (DISKLESS.test(type) || NETWORKED.test(type)) return [];
  // Also one that is said to be made of itself: its layers are named as they were before the root was changed.
  if (above.has(mount)) return undefined;
  if (type === "overlay") {
    const below = layersOf(options).map((path) => {
      const under = mountOf(all, path);
      return under === undefined ? undefined : disksOf(tree, all, under, new Set([...above, mount]));
    });
    return below.length === 0 ? undefined : united(below);
  }
  const numbered = tree.link(`dev/block/${number}`);
  if (numbered !== undefined) return [numbered];
  // A file system on several disks has no number, and its source is one of them, or all.
  const named = diskNamed(tree, source);
  const found = named === undefined ? united(source.split(":").map((part) => listed(diskNamed(tree, part)))) : [named];
  return found?.flatMap((path) => [path, ...besides(tree, path)]);
}

/** All of them, if each is known. */
function united(lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  return lists.some((each) => each === undefined) ? undefined : lists.flatMap((each) => each ?? []);
}

function listed(path: string | undefined): readonly string[] | undefined {
  return path === undefined ? undefined : [path];
}

/** The folders that an overlay lies on, if it names them. */
function layersOf(options: readonly string[]): readonly string[] {
  return options.flatMap((option) => {
    const [, paths = ""] = /^(?:lowerdir\+?|upperdir|datadir\+)=(.*)$/.exec(option) ?? [];
    const each = paths.split(/(?<!\\):/).filter((path) => path !== "");
    return each.map((path) => path.replaceAll("\\:", ":"));
  });
}

/** The path of a disk by its name below `/dev`. */
function diskNamed(tree: SysTree, source: string): string | undefined {
  const [, name] = /^\/dev\/(.+)$/.exec(source) ?? [];
  if (name === undefined) return undefined;
  const plain = tree.link(`class/block/${name.replaceAll("/", "!")}`);
  const [, mapped] = /^mapper\/(.+)$/.exec(name) ?? [];
  if (plain !== undefined || mapped === undefined) return plain;
  const found = tree.names("class/block").find((each) => {
    const path = each.startsWith("dm-") ? tree.link(`class/block/${each}`) : undefined;
    return path !== undefined && tree.attribute(`${path}/dm/name`) === mapped;
  });
  return found === undefined ? undefined : tree.link(`class/block/${found}`);
}

/** The other disks of a btrfs. */
function besides(tree: SysTree, disk: string): readonly string[] {
  const name = disk.slice(disk.lastIndexOf("/") + 1);
  const folders = tree.names("fs/btrfs").map((id) => `fs/btrfs/${id}/devices`);
  const own = folders.find((folder) => tree.names(folder).includes(name));
  return own === undefined ? [] : tree.names(own).flatMap((each) => tree.link(`${own}/${each}`) ?? []);
}

function slavesOf(tree: SysTree, disk: string): readonly string[] {
  return tree.names(`${disk}/slaves`).flatMap((name) => tree.link(`${disk}/slaves/${name}`) ?? []);
}

/** An NVMe disk that may have several ways to it is below none of them: its subsystem says which there are. */
function controllersOf(tree: SysTree, disk: string): readonly string[] {
  const [subsystem] = /^devices\/virtual\/nvme-subsystem\/[^/]+/.exec(disk) ?? [];
  if (subsystem === undefined) return [];
  const names = tree.names(subsystem).filter((name) => /^nvme\d+$/.test(name));
  return names.flatMap((name) => tree.link(`${subsystem}/${name}`) ?? []);
}

/** The disks of the file that a loop device is. */
function underLoop(tree: SysTree, all: readonly Mount[], disk: string): readonly string[] {
  const [loop] = /^devices\/virtual\/block\/loop[^/]+/.exec(disk) ?? [];
  const file = loop === undefined ? undefined : tree.attribute(`${loop}/loop/backing_file`);
  const mount = file === undefined ? undefined : mountOf(all, file);
  return mount === undefined ? [] : (disksOf(tree, all, mount) ?? []);
}
