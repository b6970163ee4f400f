import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  type Stats,
  writeSync,
} from "node:fs";
import { join, posix } from "node:path";
import { BusError, errnoOf, type SysfsEntry, toError } from "auxbus";
import { RootFolder } from "./root-folder.ts";

/** Bytes of a value at most. A text attribute has one page; binary ones may have megabytes. */
const MOST = 65_536;

/** Bytes of the smallest that there are. */
const PAGE = 4096;

/** How many folders are remembered to be no links. */
const MOST_FOLDERS = 100_000;

/**
 * Files of PCI devices that are read from the hardware itself: some cards do not stand it, and a read of a register can
 * change it. Whoever looks at everything is not to meet them.
 */
const HARDWARE = /\/[\da-f]{4,}:[\da-f]{2}:[\da-f]{2}\.[0-7]\/(resource\d+(_wc)?|rom|vpd|config)$/;

const buffer = Buffer.allocUnsafe(MOST);

/**
 * The files of a machine: `sys`, `proc`, `etc`, `lib` below one folder, which is `/` on a running machine and another
 * where a machine was recorded. What is below `sys` is read without ever leaving it: a link that leads out is refused.
 */
export class SysTree {
  readonly root: string;
  readonly #outside: RootFolder;
  readonly #sys: string;
  /** Folders below `sys` that are none of them links: what is in them is inside. */
  readonly #folders = new Set<string>();

  /**
   * @param sys what the folder `sys` is called
   * @throws {BusError} `ENOENT` there is none below it; `EXDEV` it is a link that leads out
   */
  constructor(root = "/", sys = "sys") {
    this.root = root;
    try {
      this.#outside = new RootFolder(root);
      this.#sys = realpathSync.native(join(root, sys));
    } catch (error) {
      throw new BusError("ENOENT", `there is no Linux in ${root}: it has no folder ${sys}`, {
        op: "open",
        cause: error,
      });
    }
    if (!this.#outside.has(this.#sys))
      throw new BusError("EXDEV", `there is no Linux in ${root}: its folder ${sys} leads out of it`, { op: "open" });
  }

  /**
   * A file outside `sys`, such as `proc/modules`; undefined when it is not there, may not be read, or a link leads out
   * of the root to it.
   */
  outside(path: string): string | undefined {
    return this.#outside.text(path);
  }

  /** The names in a folder outside `sys`; none when it is not there, or a link leads out of the root to it. */
  folderOutside(path: string): readonly string[] {
    return this.#outside.names(path);
  }

  /** What an attribute says, without its last newline. No part of the path may be a link. */
  attribute(path: string): string | undefined {
    if (!this.#isInside(path)) return undefined;
    try {
      // An attribute of text is there at once, and one that is less than a page need not be asked for more.
      return readOf(`${this.#sys}/${path}`, PAGE).replace(/\n$/, "");
    } catch {
      return undefined;
    }
  }

  /** The names in a folder of `sys`; none when it has gone. No part of the path may be a link. */
  names(path: string): readonly string[] {
    return this.#isInside(`${path}/.`) ? namesIn(`${this.#sys}/${path}`) : [];
  }

  /** Where a link leads, below `sys`; undefined when there is none, or when it leads out. */
  link(path: string): string | undefined {
    if (!this.#isInside(path)) return undefined;
    let target: string;
    try {
      target = readlinkSync(`${this.#sys}/${path}`);
    } catch {
      return undefined;
    }
    // As those of the lists of buses and classes are, of which there are many.
    const above = /^(?:\.\.\/)+(?!\.\.?(?:\/|$))/.exec(target)?.[0].length ?? 0;
    if (above / 3 === depthOf(path) && !target.includes("/.", above)) return target.slice(above);
    const reached = posix.join(posix.dirname(path), target);
    return posix.isAbsolute(target) || reached.startsWith("..") ? undefined : reached;
  }

  /**
   * The path without links of what is at a path.
   *
   * @throws {BusError} `ENOENT` it is not there; `EINVAL` it has steps up; `EXDEV` a link in it leads outside
   */
  real(path: string): string {
    const asked = path.replace(/^\/+/, "");
    if (asked.split("/").includes("..")) throw new BusError("EINVAL", `/sys/${asked} has steps up`, { op: "read" });
    let reached: string;
    try {
      reached = realpathSync.native(`${this.#sys}/${asked}`);
    } catch (error) {
      throw failure(error, "read", asked);
    }
    if (reached === this.#sys) return "";
    if (reached.startsWith(`${this.#sys}/`)) return reached.slice(this.#sys.length + 1);
    throw new BusError("EXDEV", `/sys/${asked} leads out of /sys, and is not followed`, { op: "read" });
  }

  /** Whether there is something, and no part of the path is a link. */
  exists(path: string): boolean {
    return this.#isInside(path) && lstatOf(`${this.#sys}/${path}`) !== undefined;
  }

  /** Whether there is a folder, and no part of the path is a link. */
  isFolder(path: string): boolean {
    return this.#isInside(`${path}/.`);
  }

  /**
   * Whether the folder that something is in is a folder all the way down. On a running machine those that are asked for
   * are; a recorded one may have been made by somebody who wants files read that are not in it.
   */
  #isInside(path: string): boolean {
    const end = path.lastIndexOf("/");
    if (end <= 0) return end === -1;
    const folder = path.slice(0, end);
    if (this.#folders.has(folder)) return true;
    const name = folder.slice(folder.lastIndexOf("/") + 1);
    if (name === "" || name === "." || name === ".." || !this.#isInside(folder)) return false;
    if (lstatOf(`${this.#sys}/${folder}`)?.isDirectory() !== true) return false;
    if (this.#folders.size >= MOST_FOLDERS) this.#folders.clear();
    this.#folders.add(folder);
    return true;
  }

  /** What is in a folder, sorted by name; what has gone meanwhile is left out. */
  entries(path: string): readonly SysfsEntry[] {
    const folder = this.real(path);
    const entries: SysfsEntry[] = [];
    try {
      for (const entry of readdirSync(`${this.#sys}/${folder}`, { withFileTypes: true })) {
        const { name } = entry;
        if (entry.isSymbolicLink()) {
          const target = this.link(`${folder}/${name}`);
          entries.push({
            name,
            kind: "link",
            readable: true,
            writable: false,
            ...(target === undefined ? {} : { target }),
          });
        } else if (entry.isDirectory()) entries.push({ name, kind: "folder", readable: true, writable: false });
        else {
          const stats = lstatOf(`${this.#sys}/${folder}/${name}`);
          if (stats === undefined) continue;
          // Root may read and write everything; what a file is for, its owner's rights say.
          entries.push({
            name,
            kind: "file",
            readable: (stats.mode & 0o400) !== 0 && !HARDWARE.test(`${folder}/${name}`),
            writable: (stats.mode & 0o200) !== 0,
          });
        }
      }
    } catch (error) {
      throw failure(error, "list", folder);
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws {BusError} as the kernel says, with the path */
  read(path: string): string {
    const file = this.real(path);
    if (HARDWARE.test(file))
      throw new BusError("EACCES", `cannot read /sys/${file}: it is read from the hardware itself`, { op: "read" });
    try {
      return readOf(`${this.#sys}/${file}`);
    } catch (error) {
      throw failure(error, "read", file);
    }
  }

  /** @throws {BusError} as the kernel says, with the path; `EACCES` it needs root; its `op` is `open` or `write` */
  write(path: string, value: string): void {
    const file = this.real(path);
    let handle: number;
    try {
      // Never made: only what is there is written. And not opened for reading, which many such files refuse even root.
      handle = openSync(`${this.#sys}/${file}`, constants.O_WRONLY | SAFELY);
    } catch (error) {
      throw failure(error, "open", file);
    }
    try {
      writeSync(handle, value);
    } catch (error) {
      throw failure(error, "write", file);
    } finally {
      closeSync(handle);
    }
  }
}

/** Not through a link, and without waiting for a writer, as a pipe in a recorded tree would. */
const SAFELY = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The beginning of a file, which comes in pieces: of binary attributes in pages, of debugfs in any.
 *
 * @param piece bytes of a piece; what is less is the last
 * @throws what the system says
 */
function readOf(path: string, piece = 1): string {
  const handle = openSync(path, constants.O_RDONLY | SAFELY);
  try {
    let length = 0;
    for (let count = piece; count >= piece && length < MOST; length += count)
      count = readSync(handle, buffer, length, MOST - length, null);
    return buffer.toString("utf8", 0, length);
  } finally {
    closeSync(handle);
  }
}

/** In how many folders below `sys` something is. */
function depthOf(path: string): number {
  let depth = 0;
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) depth++;
  return depth;
}

function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** @param op `open`: for writing */
function failure(error: unknown, op: "read" | "list" | "open" | "write", path: string): BusError {
  const code = errnoOf(error);
  const writes = op === "open" || op === "write";
  const refused = writes && (code === "EACCES" || code === "EPERM");
  const reason = refused ? whyRefused() : (REASONS[code] ?? toError(error).message.replace(/^\w+: /, ""));
  return new BusError(code, `cannot ${writes ? "write" : op} /sys/${path}: ${reason}`, { op, cause: error });
}

function whyRefused(): string {
  if (process.geteuid?.() !== 0) return "it needs root; run it with sudo";
  return "not even root may here: this container or the kernel's lockdown does not allow it";
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENODEV: "there is no such device",
  EACCES: "only root may",
  EPERM: "it is not permitted",
  EBUSY: "it is busy",
  EINVAL: "the kernel does not take this value, or has none",
  EIO: "the device does not answer",
  EROFS: "/sys is mounted read-only here, as in containers",
  EOPNOTSUPP: "the device does not have this",
  EISDIR: "it is a folder",
  ENOTDIR: "it is no folder",
};
