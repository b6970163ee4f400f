import { stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { UsageError } from "../exit-code.ts";
import { readManifest } from "./package-entry.ts";

/** A module that was found. */
export interface ModuleSource {
  /** The kernel's name for it: the last part of the package's, or the file's without its ending. */
  readonly name: string;
  /** What to import. */
  readonly url: string;
  /** A package may be there only for what others import from it; who names a file wants it to do something. */
  readonly mayBeLibrary: boolean;
}

/** Where packages are looked for after the user's own folder: beside auxctl. */
const OWN_FOLDER = dirname(fileURLToPath(import.meta.url));

/**
 * Finds a module by what the user calls it: the path of a file or of a package's folder, the name of a package,
 * or the NAME of `@auxbus/NAME`. Packages are looked for from `cwd`, then from `ownFolder`.
 */
export async function findModule(word: string, cwd: string, ownFolder: string = OWN_FOLDER): Promise<ModuleSource> {
  const found = isPath(word) ? await atPath(resolve(cwd, word)) : await byName(word, [cwd, ownFolder]);
  if (found !== undefined) return found;
  if (isPath(word)) throw new UsageError(`module ${word} not found: there is no such file or package folder`);
  throw new UsageError(
    `module ${word} not found: no package ${packageNames(word).join(" or ")} in a node_modules folder of ${cwd} or above; ` +
      `install it, or give the path of a file (./${word}.js)`,
  );
}

function isPath(word: string): boolean {
  return /^\.{0,2}\/|^\.{1,2}$|^[A-Za-z]:[\\/]|\.[cm]?[jt]s$/.test(word);
}

async function atPath(path: string): Promise<ModuleSource | undefined> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return undefined;
  if (stats.isDirectory()) return inFolder(path, basename(path));
  return { name: basename(path, extname(path)), url: pathToFileURL(path).href, mayBeLibrary: false };
}

async function inFolder(folder: string, fallback: string): Promise<ModuleSource | undefined> {
  const manifest = await readManifest(folder);
  if (manifest === undefined) return undefined;
  const { name = fallback, entry } = manifest;
  if (entry === undefined) throw new UsageError(`package ${name} in ${folder} exports nothing that could be imported`);
  return {
    name: name.slice(name.lastIndexOf("/") + 1),
    url: pathToFileURL(join(folder, entry)).href,
    mayBeLibrary: true,
  };
}

function packageNames(word: string): string[] {
  return word.includes("/") ? [word] : [word, `@auxbus/${word}`];
}

async function byName(word: string, starts: readonly string[]): Promise<ModuleSource | undefined> {
  for (const start of starts) {
    for (const folder of ancestors(start)) {
      for (const name of packageNames(word)) {
        const found = await inFolder(join(folder, "node_modules", name), name);
        if (found !== undefined) return found;
      }
    }
  }
  return undefined;
}

function* ancestors(folder: string): IterableIterator<string> {
  yield folder;
  const parent = dirname(folder);
  if (parent !== folder) yield* ancestors(parent);
}
