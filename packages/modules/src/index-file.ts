import { createHash, randomUUID } from "node:crypto";
import { access, constants, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { isRecord, parseManifest } from "./manifest.ts";
import type { ModuleInfo } from "./module-info.ts";
import { ancestors, type Scan } from "./scan.ts";
import { isStamp, unchanged } from "./stamps.ts";

/** Counts up when the file on disk is laid out in another way. */
const LAYOUT = 2;

/** Where the index of some folders may be kept: beside the packages, or with the user's other caches. */
export function indexFiles(starts: readonly string[]): string[] {
  const name = `modules-${createHash("sha256").update(starts.join("\0")).digest("hex").slice(0, 16)}.json`;
  const packages = ancestors(starts[0] ?? process.cwd()).map((folder) => join(folder, "node_modules"));
  const caches = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return [...packages.map((folder) => join(folder, ".cache", "auxbus", name)), join(caches, "auxbus", name)];
}

/** What a file says, if it is about these folders and nothing has changed since. */
export async function readIndex(file: string, starts: readonly string[]): Promise<Scan | undefined> {
  try {
    const kept: unknown = JSON.parse(await readFile(file, "utf8"));
    return isScan(kept, starts) && (await unchanged(kept.seen)) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The first of the files whose folder can be written. To be called before anything is looked at: making the folder
 * changes the one that it is in.
 */
export async function writableFile(files: readonly string[]): Promise<string | null> {
  for (const file of files) {
    const folder = dirname(file);
    const packages = dirname(dirname(folder));
    try {
      // Where there are no packages, there is to be no node_modules.
      if (packages.endsWith("node_modules")) await access(packages);
      await mkdir(folder, { recursive: true });
      await access(folder, constants.W_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  return null;
}

/**
 * Written beside and put in its place, so that nobody reads half of it.
 *
 * @returns whether it could be: the next who asks has to look again otherwise, that is all
 */
export async function writeIndex(file: string, starts: readonly string[], found: Scan): Promise<boolean> {
  const temporary = `${file}.${randomUUID()}`;
  try {
    await writeFile(temporary, JSON.stringify({ layout: LAYOUT, starts, ...found }));
    await rename(temporary, file);
    return true;
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
    return false;
  }
}

/** Nothing on disk is believed that does not look as if it had been written by this version. */
function isScan(value: unknown, starts: readonly string[]): value is Scan {
  if (!isRecord(value) || value["layout"] !== LAYOUT) return false;
  const { modules, problems, seen } = value;
  return (
    JSON.stringify(value["starts"]) === JSON.stringify(starts) &&
    isTexts(problems) &&
    Array.isArray(seen) &&
    seen.every(isStamp) &&
    Array.isArray(modules) &&
    modules.every(isModule)
  );
}

function isModule(value: unknown): value is ModuleInfo {
  if (!isRecord(value)) return false;
  const { name, packageName, version, description, folder, entry, depends } = value;
  const { aliases, softdep, params, isolation } = value;
  if (typeof folder !== "string" || (entry !== null && typeof entry !== "string")) return false;
  if (![name, packageName, version, description, isolation].every((text) => typeof text === "string")) return false;
  if (![depends, aliases].every(isTexts) || !isRecord(params)) return false;
  if (!isRecord(softdep) || !isTexts(softdep["pre"]) || !isTexts(softdep["post"])) return false;
  try {
    // What a package may say is what may have been kept of it.
    const auxbus = { module: name, aliases, softdep, params, isolation };
    parseManifest(JSON.stringify({ auxbus }), "the index", folder);
    return true;
  } catch {
    return false;
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}
