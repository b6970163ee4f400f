import type { DriverCore } from "./core.ts";
import { BusError, type Errno } from "./errors.ts";
import type { SysfsFolder, SysfsNode } from "./sysfs-node.ts";
import { resolveNode } from "./sysfs-tree.ts";

/** Something in a folder below `/sys`. */
export interface SysfsEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "link";
  readonly readable: boolean;
  readonly writable: boolean;
  /** Where a link leads, below `/sys`, without a leading slash. */
  readonly target?: string;
}

/**
 * `/sys` as a view: nothing is stored, everything is computed when it is read. Paths, names and contents are the
 * kernel's; paths are given below `/sys`, without a leading slash.
 */
export class Sysfs {
  readonly #core: DriverCore;

  /** @internal */
  constructor(core: DriverCore) {
    this.#core = core;
  }

  exists(path: string): boolean {
    return resolveNode(this.#core, path, true) !== undefined;
  }

  /** The names in a folder, sorted. @throws {BusError} `ENOENT`, `ENOTDIR` */
  list(path: string): string[] {
    return sorted(this.#folder(path));
  }

  /** What is in a folder, sorted by name; nothing of it is read. @throws {BusError} `ENOENT`, `ENOTDIR` */
  entries(path: string): SysfsEntry[] {
    const folder = this.#folder(path);
    return sorted(folder).flatMap((name) => {
      const node = folder.get(name);
      return node === undefined ? [] : [entryOf(name, node)];
    });
  }

  /** What is at a path, links followed; it is not read. @throws {BusError} `ENOENT` */
  stat(path: string): SysfsEntry {
    return entryOf(parts(path).at(-1) ?? "", this.#node(path, "stat"));
  }

  /** The content of a file. @throws {BusError} `ENOENT`, `EISDIR`, `EACCES` it cannot be read; else the file's error */
  read(path: string): string {
    const node = this.#node(path, "read");
    if (node.kind === "folder") throw fail("EISDIR", path, "read", "it is a folder");
    if (node.attribute.show === undefined) throw fail("EACCES", path, "read", "it can only be written");
    return node.attribute.show();
  }

  /** Where a link leads, relative to its folder. @throws {BusError} `ENOENT`, `EINVAL` it is no link */
  readlink(path: string): string {
    const node = resolveNode(this.#core, path, false);
    if (node === undefined) throw fail("ENOENT", path, "readlink", "there is no such file");
    if (node.kind !== "link") throw fail("EINVAL", path, "readlink", "it is no link");
    return relative(parts(path).slice(0, -1), parts(node.target));
  }

  /**
   * Writes a file; one newline at the end does not count.
   *
   * @throws {BusError} `ENOENT`, `EISDIR`, `EACCES` it can only be read; else the file's error
   */
  async write(path: string, value: string): Promise<void> {
    const node = this.#node(path, "write");
    if (node.kind === "folder") throw fail("EISDIR", path, "write", "it is a folder");
    if (node.attribute.store === undefined) throw fail("EACCES", path, "write", "it can only be read");
    await node.attribute.store(value.endsWith("\n") ? value.slice(0, -1) : value);
  }

  #folder(path: string): SysfsFolder {
    const node = this.#node(path, "list");
    if (node.kind === "folder") return node;
    throw fail("ENOTDIR", path, "list", "it is no folder");
  }

  #node(path: string, op: string): Exclude<SysfsNode, { kind: "link" }> {
    const node = resolveNode(this.#core, path, true);
    if (node === undefined || node.kind === "link") throw fail("ENOENT", path, op, "there is no such file");
    return node;
  }
}

function sorted(folder: SysfsFolder): string[] {
  return [...folder.names()].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function entryOf(name: string, node: SysfsNode): SysfsEntry {
  switch (node.kind) {
    case "file":
      return {
        name,
        kind: "file",
        readable: node.attribute.show !== undefined,
        writable: node.attribute.store !== undefined,
      };
    case "folder":
      return { name, kind: "folder", readable: true, writable: false };
    case "link":
      return { name, kind: "link", readable: true, writable: false, target: node.target };
  }
}

function fail(code: Errno, path: string, op: string, why: string): BusError {
  return new BusError(code, `cannot ${op} /sys/${path}: ${why}`, { op });
}

function parts(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function relative(from: readonly string[], to: readonly string[]): string {
  let common = 0;
  while (common < from.length && common < to.length && from[common] === to[common]) common++;
  return [...from.slice(common).map(() => ".."), ...to.slice(common)].join("/");
}
