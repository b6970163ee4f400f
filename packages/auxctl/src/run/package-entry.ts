import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** As much of a package.json as is needed to import the package. */
export interface PackageManifest {
  readonly name: string | undefined;
  /** The file that `import` of the package gives, relative to its folder; undefined when it exports nothing. */
  readonly entry: string | undefined;
}

const CONDITIONS = new Set(["node", "import", "module-sync", "default"]);

/** Reads the manifest in a folder; undefined when there is none. */
export async function readManifest(folder: string): Promise<PackageManifest | undefined> {
  const text = await readFile(join(folder, "package.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const manifest: unknown = JSON.parse(text);
  if (!isRecord(manifest)) return undefined;
  const { name, main, exports } = manifest;
  return {
    name: typeof name === "string" ? name : undefined,
    entry: exports == null ? (typeof main === "string" ? main : "index.js") : entryOf(exports),
  };
}

function entryOf(exports: unknown): string | undefined {
  return target(isRecord(exports) && "." in exports ? exports["."] : exports);
}

/** The first target whose condition holds, as Node resolves it. */
function target(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!isRecord(value)) return undefined;
  for (const [condition, nested] of Object.entries(value)) {
    const found = CONDITIONS.has(condition) ? target(nested) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
