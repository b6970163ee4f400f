import { readdir, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { toError } from "auxbus";
import { type Manifest, readManifest } from "./manifest.ts";
import type { ModuleInfo } from "./module-info.ts";

/** A file or folder as it was when it was read: when it is otherwise now, what was read is stale. */
export type Seen = readonly [path: string, modified: number, size: number];

/** What was found in the `node_modules` of some folders and those above. */
export interface Scan {
  readonly modules: readonly ModuleInfo[];
  /** What was left out, and why. */
  readonly problems: readonly string[];
  readonly seen: readonly Seen[];
}

/**
 * Looks for modules: packages with a field `auxbus` in the `node_modules` of each start and of the folders above,
 * npm's workspaces among them, and in these folders themselves. What is nearer hides what is farther.
 */
export async function scan(starts: readonly string[]): Promise<Scan> {
  const problems: string[] = [];
  const seen: Seen[] = [];
  const found = new Map<string, Manifest>();
  const folders = new Map<string, string>();
  for (const folder of new Set(starts.flatMap(ancestors))) {
    const packages = await packagesIn(join(folder, "node_modules"), seen);
    for (const candidate of [folder, ...packages]) {
      const manifest = await readManifest(candidate).catch((error: unknown) => {
        problems.push(toError(error).message);
        return undefined;
      });
      if (manifest === undefined || !manifest.declared) continue;
      await see(join(candidate, "package.json"), seen);
      const real = await realpath(candidate);
      const { name, packageName } = manifest.info;
      const known = folders.get(name);
      if (known === real) continue;
      if (known !== undefined) {
        problems.push(`module ${name}: ${candidate} (${packageName}) is hidden by ${known}`);
        continue;
      }
      folders.set(name, real);
      found.set(name, { ...manifest, info: { ...manifest.info, folder: real } });
    }
  }
  const byPackage = new Map([...found.values()].map(({ info }) => [info.packageName, info.name]));
  const modules = [...found.values()].map(({ info, dependencies }) => ({
    ...info,
    depends: dependencies.flatMap((name) => byPackage.get(name) ?? []),
  }));
  return { modules: modules.toSorted((a, b) => (a.name < b.name ? -1 : 1)), problems, seen };
}

/** The packages in one `node_modules`, sorted. */
async function packagesIn(folder: string, seen: Seen[]): Promise<string[]> {
  const names = await namesIn(folder, seen);
  const packages: string[] = [];
  for (const name of names) {
    if (name.startsWith(".")) continue;
    if (!name.startsWith("@")) packages.push(join(folder, name));
    else for (const scoped of await namesIn(join(folder, name), seen)) packages.push(join(folder, name, scoped));
  }
  return packages;
}

async function namesIn(folder: string, seen: Seen[]): Promise<string[]> {
  const names = await readdir(folder).catch(() => undefined);
  await see(folder, seen);
  return names?.toSorted() ?? [];
}

/** What is not there is seen, too: it may come. */
async function see(path: string, seen: Seen[]): Promise<void> {
  seen.push(await look(path));
}

async function look(path: string): Promise<Seen> {
  const stats = await stat(path).catch(() => undefined);
  return [path, stats?.mtimeMs ?? 0, stats?.isFile() === true ? stats.size : 0];
}

/** Whether everything is as it was seen. */
export async function unchanged(seen: readonly Seen[]): Promise<boolean> {
  const now = await Promise.all(seen.map(([path]) => look(path)));
  return now.every(([, modified, size], i) => modified === seen[i]?.[1] && size === seen[i][2]);
}

export function ancestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}
