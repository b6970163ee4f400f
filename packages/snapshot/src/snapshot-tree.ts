import { BusError, type Errno, type SysfsEntry } from "auxbus";
import type { Failure, SnapshotFile, SnapshotNode } from "./format.ts";
import { thrownFor } from "./failure.ts";

/** Links that are followed to get to a file: more are a circle. */
const LINKS = 40;

/** The files of a snapshot, by the paths that they had below `/sys`. */
export class SnapshotTree {
  readonly #folders = new Map<string, Map<string, SnapshotNode>>([["", new Map()]]);
  readonly #failures: ReadonlyMap<string, Failure>;

  constructor({ snapshot, sysfs, failures }: SnapshotFile) {
    this.#failures = new Map(Object.entries(failures));
    for (const { path } of snapshot.devices) this.#folder(path.slice(1));
    for (const [path, nodes] of Object.entries(sysfs)) {
      const folder = this.#folder(path);
      for (const [name, node] of Object.entries(nodes)) if (!folder.has(name)) folder.set(name, node);
      this.#addToSubsystem(path, nodes["subsystem"]);
    }
    for (const { name } of snapshot.buses) this.#folder(`bus/${name}/devices`);
    for (const { path, name, bus } of snapshot.devices) {
      if (bus !== null) this.#folder(`bus/${bus}/devices`).set(name, { link: path.slice(1) });
    }
    for (const { bus, name } of snapshot.drivers) this.#folder(`bus/${bus}/drivers/${name}`);
  }

  /** What a class or a bus has in it is told by its devices, also those of other buses, of which there are only names. */
  #addToSubsystem(path: string, subsystem: SnapshotNode | undefined): void {
    if (typeof subsystem !== "object" || !("link" in subsystem)) return;
    const [, kind] = /^(class|bus)\/[^/]+$/.exec(subsystem.link) ?? [];
    if (kind === undefined || !path.startsWith("devices/")) return;
    const folder = this.#folder(kind === "bus" ? `${subsystem.link}/devices` : subsystem.link);
    folder.set(path.slice(path.lastIndexOf("/") + 1), { link: path });
  }

  /** The folder at a path, made if need be, with all that are around it. */
  #folder(path: string): Map<string, SnapshotNode> {
    let folder = this.#folders.get(path);
    if (folder !== undefined) return folder;
    folder = new Map();
    this.#folders.set(path, folder);
    const slash = path.lastIndexOf("/");
    const around = this.#folder(slash < 0 ? "" : path.slice(0, slash));
    around.set(path.slice(slash + 1), { folder: true });
    return folder;
  }

  /** @throws {BusError} `ENOENT`, `ENOTDIR`; what kept it from being read */
  list(path: string): SysfsEntry[] {
    const found = this.#resolve(path, "list");
    if (typeof found === "string") {
      const entries = [...(this.#folders.get(found) ?? [])].map(([name, node]) => entryOf(name, node));
      const failure = this.#failures.get(found);
      if (failure !== undefined && entries.length === 0) throw thrownFor(failure, "list");
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    }
    throw refusal("ENOTDIR", path, "list", "it is no folder");
  }

  /** @throws {BusError} `ENOENT`, `EISDIR`, `EACCES`; what kept it from being read */
  read(path: string): string {
    const found = this.#resolve(path, "read");
    if (typeof found === "string") throw refusal("EISDIR", path, "read", "it is a folder");
    const { node } = found;
    if (typeof node === "string") return node;
    if (!("link" in node) && !("folder" in node)) {
      if (node.value !== undefined) return node.value;
      if (node.error !== undefined) throw thrownFor(node.error, "read");
      if (node.secret === true)
        throw refusal("EACCES", path, "read", "it is a password or a key, which no snapshot has");
      if (node.binary === true) throw refusal("EINVAL", path, "read", "it is no text, and the snapshot leaves it out");
    }
    throw refusal("EACCES", path, "read", "it can only be written");
  }

  /** The path of a folder, or a file; links are followed. */
  #resolve(path: string, op: string): string | { readonly node: SnapshotNode } {
    let left = partsOf(path);
    let at = "";
    for (let links = 0; left.length > 0;) {
      const [name = "", ...rest] = left;
      left = rest;
      const node = this.#folders.get(at)?.get(name);
      const below = at === "" ? name : `${at}/${name}`;
      if (node === undefined) throw refusal("ENOENT", path, op, "there is no such file in the snapshot");
      if (typeof node !== "string" && "link" in node) {
        if (++links > LINKS) throw refusal("ENOENT", path, op, "its links lead in a circle");
        left = [...partsOf(node.link), ...rest];
        at = "";
      } else if (this.#folders.has(below)) at = below;
      else if (typeof node !== "string" && "folder" in node) {
        throw this.#left(below, path, op);
      } else if (rest.length > 0) throw refusal("ENOTDIR", path, op, `${name} is no folder`);
      else return { node };
    }
    return at;
  }

  /** Why a folder is not there that was. */
  #left(folder: string, path: string, op: string): BusError {
    const failure = this.#failures.get(folder);
    return failure === undefined ? refusal("ENODATA", path, op, "the snapshot leaves it out") : thrownFor(failure, op);
  }
}

function entryOf(name: string, node: SnapshotNode): SysfsEntry {
  if (typeof node === "string") return { name, kind: "file", readable: true, writable: false };
  if ("link" in node) return { name, kind: "link", readable: true, writable: false, target: node.link };
  if ("folder" in node) return { name, kind: "folder", readable: true, writable: false };
  return { name, kind: "file", readable: node.readable !== false, writable: node.writable === true };
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function refusal(code: Errno, path: string, op: string, why: string): BusError {
  return new BusError(code, `cannot ${op} /sys/${path}: ${why}`, { op });
}
