import { type Dirent } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { toError } from "auxbus";
import { type Manifest, readManifest } from "./manifest.ts";
import type { ModuleInfo } from "./module-info.ts";
import { type Stamp, Stamps } from "./stamps.ts";
import { workspaceFolders } from "./workspaces.ts";

/** What was found in the `node_modules` of some folders and those above. */
export interface Scan {
  readonly modules: readonly ModuleInfo[];
  /** What was left out, and why. */
  readonly problems: readonly string[];
  readonly seen: readonly Stamp[];
}

/** A folder that may hold a package. */
interface Candidate {
  readonly folder: string;
  /** It is being worked on: what it says may change without npm. */
  readonly own: boolean;
}

/**
 * Looks for modules: packages with a field `auxbus` in each start, in its `node_modules`, among the npm workspaces
 * of its package.json, and the same in the folders above. What is nearer hides what is farther.
 */
export async function scan(starts: readonly string[]): Promise<Scan> {
  const problems: string[] = [];
  const stamps = new Stamps();
  const found = new Map<string, Manifest>();
  const take = async ({ folder, own }: Candidate): Promise<Manifest | undefined> => {
    const file = join(folder, "package.json");
    if (own) await stamps.see(file);
    try {
      const manifest = await readManifest(folder);
      if (manifest === undefined || !manifest.declared) return manifest;
      await stamps.see(file);
      const real = await realpath(folder);
      const { name, packageName } = manifest.info;
      const known = found.get(name)?.info.folder;
      if (known === undefined) found.set(name, { ...manifest, info: { ...manifest.info, folder: real } });
      else if (known !== real) problems.push(`module ${name}: ${folder} (${packageName}) is hidden by ${known}`);
      return manifest;
    } catch (error) {
      // It may be mended.
      await stamps.see(file);
      problems.push(toError(error).message);
      return undefined;
    }
  };
  for (const folder of new Set(starts.flatMap(ancestors))) {
    const root = await take({ folder, own: true });
    for (const candidate of await packagesIn(join(folder, "node_modules"), stamps)) await take(candidate);
    const workspaces = await workspaceFolders(folder, root?.workspaces ?? [], stamps);
    for (const workspace of workspaces) await take({ folder: workspace, own: true });
  }
  const byPackage = new Map([...found.values()].map(({ info }) => [info.packageName, info.name]));
  const modules = [...found.values()].map(({ info, dependencies }) => ({
    ...info,
    depends: dependencies.flatMap((name) => byPackage.get(name) ?? []),
  }));
  return { modules: modules.toSorted((a, b) => (a.name < b.name ? -1 : 1)), problems, seen: stamps.list() };
}

/** The packages in one `node_modules`, sorted. Those that are links are somebody's own, as workspaces are. */
async function packagesIn(folder: string, stamps: Stamps): Promise<Candidate[]> {
  const packages: Candidate[] = [];
  for (const entry of await entriesIn(folder, stamps)) {
    const path = join(folder, entry.name);
    if (!entry.name.startsWith("@")) packages.push({ folder: path, own: entry.isSymbolicLink() });
    else {
      for (const scoped of await entriesIn(path, stamps)) {
        packages.push({ folder: join(path, scoped.name), own: scoped.isSymbolicLink() });
      }
    }
  }
  return packages;
}

async function entriesIn(folder: string, stamps: Stamps): Promise<Dirent[]> {
  await stamps.see(folder);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter(({ name }) => !name.startsWith(".")).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export function ancestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}
