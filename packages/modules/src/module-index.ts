import { type AliasEntry, AliasIndex } from "./alias/alias-index.ts";
import { indexFiles, readIndex, writableFile, writeIndex } from "./index-file.ts";
import { type ModuleInfo, moduleName } from "./module-info.ts";
import { scan, type Scan } from "./scan.ts";

export interface DepmodOptions {
  /** Rebuild it even when nothing seems to have changed. */
  readonly force?: boolean | undefined;
  /** Aliases of other origin, such as a real `modules.alias`. */
  readonly aliases?: readonly AliasEntry[] | undefined;
}

interface IndexOrigin {
  readonly file?: string | null;
  readonly cached?: boolean;
  readonly aliases?: readonly AliasEntry[];
}

/** What there is to load (depmod): the modules that were found, and which of them an alias names. */
export class ModuleIndex {
  readonly modules: ReadonlyMap<string, ModuleInfo>;
  readonly problems: readonly string[];
  /** Where it is kept; null when it is kept nowhere. */
  readonly file: string | null;
  /** It was read from `file` instead of being made. */
  readonly cached: boolean;
  readonly #foreign: readonly AliasEntry[];
  readonly #aliases: AliasIndex;

  constructor({ modules, problems }: Pick<Scan, "modules" | "problems">, origin: IndexOrigin = {}) {
    this.modules = new Map(modules.map((info) => [info.name, info]));
    this.problems = problems;
    this.file = origin.file ?? null;
    this.cached = origin.cached ?? false;
    this.#foreign = origin.aliases ?? [];
    this.#aliases = AliasIndex.of([...this.aliases(), ...this.#foreign]);
  }

  /**
   * Finds the modules that can be loaded from some folders, from the file on disk when nothing has changed since.
   *
   * @param starts their `node_modules` and those above are looked at; what is nearer, and what is in an earlier
   *   one, hides the rest
   */
  static async depmod(starts: readonly string[], options: DepmodOptions = {}): Promise<ModuleIndex> {
    const { force = false, aliases = [] } = options;
    const files = indexFiles(starts);
    if (!force) {
      for (const file of files) {
        const kept = await readIndex(file, starts);
        if (kept !== undefined) return new ModuleIndex(kept, { file, cached: true, aliases });
      }
    }
    const file = await writableFile(files);
    const found = await scan(starts);
    const written = file !== null && (await writeIndex(file, starts, found));
    return new ModuleIndex(found, { file: written ? file : null, aliases });
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
    const { file, cached, problems } = this;
    const modules = [...this.modules.values()].filter(({ name }) => name !== info.name);
    return new ModuleIndex({ modules: [...modules, info], problems }, { file, cached, aliases: this.#foreign });
  }
}
