import { stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { BusError } from "auxbus";
import { readManifest } from "./manifest.ts";
import { type ModuleInfo, moduleName } from "./module-info.ts";
import type { ModuleIndex } from "./module-index.ts";
import { ancestors } from "./scan.ts";

/**
 * Finds a module by what a person calls it: its name, the name of its package, or the path of a file or of a
 * package's folder. A path and a package need not say that they are modules.
 *
 * @param starts folders whose `node_modules`, and those above, are looked at for packages
 * @throws {BusError} `ENOENT` there is no such thing; `EINVAL` its package.json is not as it should be
 */
export async function findModule(word: string, index: ModuleIndex, starts: readonly string[]): Promise<ModuleInfo> {
  const [cwd = "."] = starts;
  if (isPath(word)) {
    const found = await atPath(resolve(cwd, word), index);
    if (found !== undefined) return found;
    throw new BusError("ENOENT", `module ${word} not found: there is no such file or package folder`, { op: "run" });
  }
  const known = index.find(word) ?? [...index.modules.values()].find(({ packageName }) => packageName === word);
  if (known !== undefined) return known;
  for (const folder of starts.flatMap(ancestors)) {
    const found = await inFolder(join(folder, "node_modules", word), index);
    if (found !== undefined) return found;
  }
  throw new BusError(
    "ENOENT",
    `module ${word} not found: it is none of the ${index.modules.size} modules in the node_modules folders of ${cwd} and above, ` +
      `and there is no package ${word}; install it, or give the path of a file (./${word}.js)`,
    { op: "run" },
  );
}

function isPath(word: string): boolean {
  return /^\.{0,2}\/|^\.{1,2}$|^[A-Za-z]:[\\/]|\.[cm]?[jt]s$/.test(word);
}

async function atPath(path: string, index: ModuleIndex): Promise<ModuleInfo | undefined> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return undefined;
  if (stats.isDirectory()) return inFolder(path, index);
  const name = moduleName(basename(path, extname(path))).replaceAll(/[^A-Za-z0-9_]/g, "_");
  return {
    name,
    packageName: name,
    version: "",
    description: "",
    folder: dirname(path),
    entry: basename(path),
    aliases: [],
    softdep: { pre: [], post: [] },
    params: null,
    isolation: "none",
    depends: [],
  };
}

async function inFolder(folder: string, index: ModuleIndex): Promise<ModuleInfo | undefined> {
  const manifest = await readManifest(folder);
  if (manifest === undefined) return undefined;
  const byPackage = new Map([...index.modules.values()].map(({ packageName, name }) => [packageName, name]));
  return { ...manifest.info, depends: manifest.dependencies.flatMap((name) => byPackage.get(name) ?? []) };
}
