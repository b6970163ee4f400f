import { BusError, type DriverCore, type Module } from "auxbus";
import { DebugfsHandle } from "./handle.ts";

/** What a file does. Contents are bytes; text is UTF-8. */
export interface DebugfsFileOps {
  /** Fails by throwing; then the file is not open. */
  open?(): void | Promise<void>;
  read?(): string | Uint8Array | Promise<string | Uint8Array>;
  /** @returns how many bytes were taken */
  write?(data: Uint8Array): number | Promise<number>;
  release?(): void | Promise<void>;
}

export interface DebugfsFileOptions {
  /** Pinned while the file is open. */
  readonly owner?: Module;
  /** Removing the file waits until it is closed, not only until no read or write is going on. */
  readonly holdWhileOpen?: boolean;
}

interface Entry {
  readonly name: string;
  readonly parent: DebugfsDir | null;
}

export interface DebugfsDir extends Entry {
  readonly kind: "dir";
  readonly entries: Map<string, DebugfsNode>;
}

export interface DebugfsFile extends Entry {
  readonly kind: "file";
  readonly ops: DebugfsFileOps;
  readonly options: DebugfsFileOptions;
  readonly handles: Set<DebugfsHandle>;
}

interface DebugfsSymlink extends Entry {
  readonly kind: "symlink";
  readonly target: string;
}

type DebugfsNode = DebugfsDir | DebugfsFile | DebugfsSymlink;

const instances = new WeakMap<DriverCore, Debugfs>();

/** The debugfs of one driver core: folders and files for looking at drivers and poking them. */
export class Debugfs {
  readonly root: DebugfsDir = { kind: "dir", name: "", parent: null, entries: new Map() };
  /** Reads and writes that are going on, in all files. */
  #active = 0;
  #idle: (() => void)[] = [];

  /** The one that belongs to a core. */
  static of(core: DriverCore): Debugfs {
    let debugfs = instances.get(core);
    if (debugfs === undefined) {
      debugfs = new Debugfs();
      instances.set(core, debugfs);
    }
    return debugfs;
  }

  /** @throws {BusError} `EEXIST` */
  createDir(name: string, parent: DebugfsDir = this.root): DebugfsDir {
    return this.#add({ kind: "dir", name, parent, entries: new Map() });
  }

  /** @throws {BusError} `EEXIST` */
  createFile(name: string, parent: DebugfsDir, ops: DebugfsFileOps, options: DebugfsFileOptions = {}): DebugfsFile {
    return this.#add({ kind: "file", name, parent, ops, options, handles: new Set() });
  }

  /** @param target relative to the folder of the link. @throws {BusError} `EEXIST` */
  createSymlink(name: string, parent: DebugfsDir, target: string): DebugfsSymlink {
    return this.#add({ kind: "symlink", name, parent, target });
  }

  #add<N extends DebugfsNode & { readonly parent: DebugfsDir | null }>(node: N): N {
    const entries = node.parent?.entries;
    if (entries?.has(node.name) === true) throw fail("EEXIST", pathOf(node), "create", "it exists already");
    entries?.set(node.name, node);
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
    node.options.owner?.get(`debugfs:${path}`);
    const handle = new DebugfsHandle(this, node, path);
    node.handles.add(handle);
    try {
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
   * files that are held while open to be closed. Nothing new can be opened from the beginning.
   */
  async remove(node: DebugfsNode): Promise<void> {
    node.parent?.entries.delete(node.name);
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

  #resolve(path: string, hops = 0): DebugfsNode {
    let node: DebugfsNode = this.root;
    for (const part of path.split("/").filter((p) => p !== "")) {
      if (node.kind !== "dir") throw fail("ENOTDIR", path, "open", `${pathOf(node)} is no folder`);
      const next = node.entries.get(part);
      if (next === undefined) throw fail("ENOENT", path, "open", "there is no such file");
      if (next.kind === "symlink") {
        if (hops > 8) throw fail("ENOENT", path, "open", "its links go in circles");
        node = this.#resolve(`${pathOf(node)}/${next.target}`, hops + 1);
      } else node = next;
    }
    return node;
  }
}

function pathOf(node: Entry): string {
  return node.parent === null ? node.name : `${pathOf(node.parent)}/${node.name}`.replace(/^\//, "");
}

function fail(code: "ENOENT" | "EEXIST" | "ENOTDIR" | "EISDIR", path: string, op: string, why: string): BusError {
  return new BusError(code, `cannot ${op} debugfs file ${path}: ${why}`, { op });
}
