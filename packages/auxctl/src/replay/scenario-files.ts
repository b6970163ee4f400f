import { readdir, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "../exit-code.ts";

/** Stands for the standard input. */
export const STDIN = "-";

/**
 * The scenario files that the arguments mean: a file as it is, a folder as all `*.aux` below it, in the order of
 * their paths.
 */
export async function findScenarioFiles(paths: readonly string[], cwd: string): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (path === STDIN) files.push(path);
    else files.push(...(await expand(path, cwd)));
  }
  return files;
}

async function expand(path: string, cwd: string): Promise<string[]> {
  const place = resolve(cwd, path);
  const stats = await stat(place).catch(() => {
    throw new UsageError(`${path}: no such file or folder`);
  });
  if (!stats.isDirectory()) return [path];
  const entries = await readdir(place, { recursive: true });
  const prefix = path.endsWith("/") ? path : `${path}/`;
  const found = entries.filter((entry) => entry.endsWith(".aux")).toSorted(byName);
  if (found.length === 0) throw new UsageError(`${path}: no scenario (*.aux) below this folder`);
  return found.map((entry) => prefix + entry);
}

/** `m2` before `m10`. */
const byName = new Intl.Collator("en", { numeric: true }).compare;
