import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The folders that the code of packages is in: their own and those of the packages that they depend on, as they are
 * and as the links in `node_modules` lead to them.
 *
 * @param starts folders of packages, or files in them
 */
export function codeFolders(starts: readonly string[]): string[] {
  const folders = new Set<string>();
  const visit = (start: string): void => {
    const folder = packageFolder(realpathSync(start));
    if (folder === undefined || folders.has(folder)) return;
    folders.add(folder);
    for (const name of dependencies(folder)) {
      const linked = findPackage(folder, name);
      if (linked === undefined) continue;
      folders.add(linked);
      visit(linked);
    }
  };
  for (const start of starts) visit(start);
  return [...folders];
}

function packageFolder(path: string): string | undefined {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function dependencies(folder: string): string[] {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const names: string[] = [];
  for (const kind of ["dependencies", "optionalDependencies", "peerDependencies"]) {
    const entries: unknown = typeof manifest === "object" && manifest !== null ? Reflect.get(manifest, kind) : null;
    if (typeof entries === "object" && entries !== null) names.push(...Object.keys(entries));
  }
  return names;
}

function findPackage(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}
