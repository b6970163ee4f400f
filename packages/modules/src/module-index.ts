import { createHash } from "node:crypto";
import { access, constants, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { type AliasEntry, AliasIndex } from "./alias/alias-index.ts";
import { isRecord, parseManifest } from "./manifest.ts";
import { type ModuleInfo, moduleName } from "./module-info.ts";
import { ancestors, scan, type Scan, unchanged } from "./scan.ts";

/** Counts up when the file on disk is laid out in another way. */
const LAYOUT = 1;

export interface DepmodOptions {
  /** Rebuild it even when nothing seems to have changed. */
  readonly force?: boolean | undefined;
  /** Aliases of other origin, such as a real `modules.alias`. */
  readonly aliases?: readonly AliasEntry[] | undefined;
}

/** What there is to load (depmod): the modules that were found, and which of them an alias names. */
export class ModuleIndex {
  readonly modules: ReadonlyMap<string, ModuleInfo>;
  readonly problems: readonly string[];
  /** Where it is kept; null when it is kept nowhere. */
  readonly file: string | null;
  /** It was read from `file` instead of being made. */
  readonly cached: boolean;
  readonly #aliases: AliasIndex;

  constructor(
    { modules, problems }: Pick<Scan, "modules" | "problems">,
    where: { readonly file?: string | null; readonly cached?: boolean; readonly aliases?: readonly AliasEntry[] } = {},
  ) {
    this.modules = new Map(modules.map((info) => [info.name, info]));
    this.problems = problems;
    this.file = where.file ?? null;
    this.cached = where.cached ?? false;
    this.#aliases = AliasIndex.of([...this.aliases(), ...(where.aliases ?? [])]);
  }

  /**
   * Finds the modules that can be loaded from some folders, from the file on disk when nothing has changed since.
   *
   * @param starts their `node_modules` and those above are looked at; what is nearer, and what is in an earlier
   *   one, hides the rest
   */
  static async depmod(starts: readonly string[], options: DepmodOptions = {}): Promise<ModuleIndex> {
    const { force = false, aliases = [] } = options;
    const files = cacheFiles(starts);
    if (!force) {
      for (const file of files) {
        const kept = await load(file, starts);
        if (kept !== undefined) return new ModuleIndex(kept, { file, cached: true, aliases });
      }
    }
    const file = await writable(files);
    const found = await scan(starts);
    if (file !== null) await save(file, starts, found);
    return new ModuleIndex(found, { file, aliases });
  }

  /** Every alias of every module, in the order in which modules are found for one. */
  aliases(): AliasEntry[] {
    return [...this.modules.values()].flatMap(({ name, aliases }) => aliases.map((alias) => ({ alias, module: name })));
  }

  find(name: string): ModuleInfo | undefined {
    return this.modules.get(moduleName(name));
  }

  /** The modules that a modalias names, in the order in which they are loaded. */
  resolve(modalias: string): readonly string[] {
    return this.#aliases.lookup(modalias);
  }

  /** The same index with a module that was given by its path. */
  with(info: ModuleInfo): ModuleIndex {
    const others = [...this.modules.values()].filter(({ name }) => name !== info.name);
    return new ModuleIndex({ modules: [...others, info], problems: this.problems }, { file: this.file });
  }
}

/** Where the index may be kept: beside the packages, or with the user's other caches. */
function cacheFiles(starts: readonly string[]): string[] {
  const key = createHash("sha256").update(starts.join("\0")).digest("hex").slice(0, 16);
  const beside = ancestors(starts[0] ?? process.cwd()).map((folder) =>
    join(folder, "node_modules", ".cache", "auxbus", `modules-${key}.json`),
  );
  const caches = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return [...beside, join(caches, "auxbus", `modules-${key}.json`)];
}

/** The first of the files whose folder can be written; made before anything is looked at, as making it shows. */
async function writable(files: readonly string[]): Promise<string | null> {
  for (const file of files) {
    const [packages] = file.split("/.cache/");
    try {
      if (file.includes("node_modules")) await access(packages ?? file);
      await mkdir(dirname(file), { recursive: true });
      await access(dirname(file), constants.W_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  return null;
}

/** Written beside and put in its place, so that nobody reads half of it. */
async function save(file: string, starts: readonly string[], found: Scan): Promise<void> {
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, JSON.stringify({ layout: LAYOUT, starts, ...found }));
  await rename(temporary, file);
}

async function load(file: string, starts: readonly string[]): Promise<Scan | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  let kept: unknown;
  try {
    kept = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isScan(kept, starts) || !(await unchanged(kept.seen))) return undefined;
  return kept;
}

/** Nothing on disk is believed that does not look as if it had been written by this version. */
function isScan(value: unknown, starts: readonly string[]): value is Scan {
  if (!isRecord(value) || value["layout"] !== LAYOUT) return false;
  const { modules, problems, seen } = value;
  return (
    JSON.stringify(value["starts"]) === JSON.stringify(starts) &&
    Array.isArray(problems) &&
    problems.every((problem) => typeof problem === "string") &&
    Array.isArray(seen) &&
    seen.every((entry) => Array.isArray(entry) && typeof entry[0] === "string" && typeof entry[1] === "number") &&
    Array.isArray(modules) &&
    modules.every(isModule)
  );
}

function isModule(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { name, packageName, version, description, folder, entry, depends } = value;
  if (typeof folder !== "string" || !Array.isArray(depends)) return false;
  if (entry !== null && typeof entry !== "string") return false;
  const { aliases, softdep, params, isolation } = value;
  const field = { module: name, aliases, softdep, params, isolation };
  if (params === null) return false;
  try {
    // What a package may say is what may have been kept of it.
    parseManifest(JSON.stringify({ name: packageName, version, description, auxbus: field }), "the index", folder);
    return true;
  } catch {
    return false;
  }
}
