import { BusError, type DriverCore, type IsolableCore, type Remote } from "auxbus";
import { DebugfsHandle } from "./handle.ts";
import {
  DebugfsDir,
  DebugfsFile,
  type DebugfsFileOps,
  type DebugfsFileOptions,
  type DebugfsNode,
  DebugfsSymlink,
} from "./nodes.ts";

declare module "auxbus" {
  interface Services {
    readonly debugfs: Debugfs;
  }
}

/** The debugfs of one driver core: folders and files for looking at drivers and poking them. */
export class Debugfs {
  readonly root: DebugfsDir = new DebugfsDir("", null, () => Promise.resolve());
  /** Reads and writes that are going on, in all files. */
  #active = 0;
  #idle: (() => void)[] = [];

  /** The one that belongs to a core. */
  static of(core: DriverCore): Debugfs;
  static of(core: IsolableCore): Remote<Debugfs>;
  static of(core: IsolableCore): Remote<Debugfs> {
    return core.service("debugfs", () => new Debugfs());
  }

  /** @throws {BusError} `EEXIST`; `ENOENT` its folder was removed */
  createDir(name: string, parent: DebugfsDir = this.root): DebugfsDir {
    const node: DebugfsDir = new DebugfsDir(name, parent, () => this.remove(node));
    return this.#add(parent, node);
  }

  /** @throws {BusError} `EEXIST`; `ENOENT` its folder was removed */
  createFile(name: string, parent: DebugfsDir, ops: DebugfsFileOps, options: DebugfsFileOptions = {}): DebugfsFile {
    const node: DebugfsFile = new DebugfsFile(name, parent, () => this.remove(node), ops, options);
    return this.#add(parent, node);
  }

  /** @param target relative to the folder of the link. @throws {BusError} `EEXIST`; `ENOENT` its folder was removed */
  createSymlink(name: string, parent: DebugfsDir, target: string): DebugfsSymlink {
    const node: DebugfsSymlink = new DebugfsSymlink(name, parent, () => this.remove(node), target);
    return this.#add(parent, node);
  }

  #add<N extends DebugfsNode>(parent: DebugfsDir, node: N): N {
    if (!parent.attached) throw fail("ENOENT", node.path, "create", "its folder was removed");
    if (parent.entries.has(node.name)) throw fail("EEXIST", node.path, "create", "it exists already");
    parent.entries.set(node.name, node);
    return node;
  }

  /** The names in a folder, sorted. @throws {BusError} `ENOENT`, `ENOTDIR` */
  list(path: string): string[] {
    const node = this.#resolve(path);
    if (node.kind !== "dir") throw fail("ENOTDIR", path, "list", "it is no folder");
    return [...node.entries.keys()].toSorted();
  }

  exists(path: string): boolean {
    try {
      this.#resolve(path);
      return true;
    } catch {
      return false;
    }
  }

  /** Opens a file. @throws {BusError} `ENOENT`, `EISDIR`; else what the file's `open` throws */
  async open(path: string): Promise<DebugfsHandle> {
    const node = this.#resolve(path);
    if (node.kind !== "file") throw fail("EISDIR", path, "open", "it is a folder");
    const handle = new DebugfsHandle(this, node, path);
    node.handles.add(handle);
    try {
      if (node.options.owner !== undefined) await handle.pin(node.options.owner);
      await node.ops.open?.();
    } catch (error) {
      handle.forget();
      throw error;
    }
    return handle;
  }

  /** Opens, reads and closes: `cat`. */
  async read(path: string): Promise<string> {
    const handle = await this.open(path);
    try {
      return await handle.readText();
    } finally {
      await handle.close();
    }
  }

  /** Opens, writes and closes: `echo TEXT >`. */
  async write(path: string, data: string | Uint8Array): Promise<number> {
    const handle = await this.open(path);
    try {
      return await handle.write(data);
    } finally {
      await handle.close();
    }
  }

  /**
   * Removes a file, or a folder with everything in it. Waits for reads and writes that are going on, and for
   * files that are held while open to be closed. Nothing new can be opened from the beginning. What has been
   * removed already stays so.
   */
  async remove(node: DebugfsNode): Promise<void> {
    if (node.parent?.entries.get(node.name) === node) node.parent.entries.delete(node.name);
    if (node.kind === "dir") for (const entry of [...node.entries.values()]) await this.remove(entry);
    if (node.kind !== "file") return;
    for (const handle of node.handles) handle.fileGone();
    await Promise.all([...node.handles].map((handle) => handle.removable(node.options.holdWhileOpen === true)));
  }

  /** Resolves when no read or write is going on: what freezing the user's tasks achieves before a suspend. */
  async idle(): Promise<void> {
    while (this.#active > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Counts a read or write while it is going on. */
  async during<T>(fn: () => T | Promise<T>): Promise<T> {
    this.#active++;
    try {
      return await fn();
    } finally {
      if (--this.#active === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  #resolve(path: string, from: DebugfsDir = this.root, hops = 0): DebugfsNode {
    let node: DebugfsNode = from;
    for (const part of path.split("/").filter((p) => p !== "" && p !== ".")) {
      if (node.kind !== "dir") throw fail("ENOTDIR", path, "open", `${node.path} is no folder`);
      const dir: DebugfsDir = node;
      const next = part === ".." ? (dir.parent ?? dir) : dir.entries.get(part);
      if (next === undefined) throw fail("ENOENT", path, "open", "there is no such file");
      if (next.kind === "symlink" && hops > 8) throw fail("ENOENT", path, "open", "its links go in circles");
      node = next.kind === "symlink" ? this.#resolve(next.target, dir, hops + 1) : next;
    }
    return node;
  }
}

function fail(code: "ENOENT" | "EEXIST" | "ENOTDIR" | "EISDIR", path: string, op: string, why: string): BusError {
  return new BusError(code, `cannot ${op} debugfs file ${path}: ${why}`, { op });
}
