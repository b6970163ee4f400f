import type { SysTree } from "./sys-tree.ts";

/** A mounted file system. */
export interface Mount {
  readonly point: string;
  /** Of the block device, as `8:1`; of a file system on none or on several a number that stands for nothing. */
  readonly number: string;
  readonly type: string;
  /** What has been mounted, as `/dev/sda1`. */
  readonly source: string;
  /** Those of the file system itself. */
  readonly options: readonly string[];
}

/**
 * What this process sees mounted, the last one last, and what the first one sees, which may have other file systems.
 * That one's only root may read.
 */
export function mountTables(tree: SysTree): readonly (readonly Mount[])[] {
  const tables = ["proc/self/mountinfo", "proc/1/mountinfo"].map((file) => tree.outside(file) ?? "");
  return [...new Set(tables)].map(mountsIn);
}

function mountsIn(table: string): readonly Mount[] {
  return table.split("\n").flatMap((line) => {
    const words = line.split(" ");
    const [, , number, , point] = words;
    const end = words.indexOf("-");
    if (number === undefined || point === undefined || end === -1) return [];
    const [type = "", source = "", options = ""] = words.slice(end + 1);
    return {
      number,
      type,
      point: unescaped(point),
      source: unescaped(source),
      options: options.split(",").map(unescaped),
    };
  });
}

/** Where a path is. */
export function mountOf(all: readonly Mount[], path: string): Mount | undefined {
  const holds = ({ point }: Mount): boolean => point === "/" || path === point || path.startsWith(`${point}/`);
  let found: Mount | undefined;
  // Of two at one point the later one hides the other.
  for (const mount of all) if (holds(mount) && mount.point.length >= (found?.point.length ?? 0)) found = mount;
  return found;
}

/** Spaces, commas and the like are written as numbers: `\040`. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
