import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";

/** Bytes of a file at most: lists of modules have a few million. */
const MOST = 64 * 1024 * 1024;

/**
 * The files of a machine beside `sys`. A recorded machine may have been made by somebody who wants files read that are
 * not in it, so no link is followed out of the folder.
 */
export class RootFolder {
  readonly #root: string;

  /** @throws what the system says: there is no such folder */
  constructor(root: string) {
    this.#root = realpathSync.native(root);
  }

  /** Whether something is in it. @param real a path without links */
  has(real: string): boolean {
    return this.#root === "/" || real.startsWith(`${this.#root}/`);
  }

  /** What is in a file; undefined when it is not there, may not be read, or is too long. */
  text(path: string): string | undefined {
    for (const file of this.#places(path)) {
      const text = textOf(file);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  /** The names in a folder; none when it is not there. */
  names(path: string): readonly string[] {
    const names = this.#places(path).map(namesIn);
    return names.find(({ length }) => length > 0) ?? [];
  }

  /** Where something may be: `lib` is a link to `usr/lib`, which archives often leave out. */
  #places(path: string): readonly string[] {
    const paths = path.startsWith("lib/") ? [path, `usr/${path}`] : [path];
    return paths.flatMap((each) => {
      try {
        const real = realpathSync.native(join(this.#root, each));
        return this.has(real) ? [real] : [];
      } catch {
        return [];
      }
    });
  }
}

function textOf(path: string): string | undefined {
  let handle: number;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    // In a recorded tree there may be anything, also a pipe that nobody writes into.
    const stats = fstatSync(handle);
    return stats.isFile() && stats.size <= MOST ? readFileSync(handle, "utf8") : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(handle);
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
