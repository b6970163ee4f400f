import { basename } from "node:path";
import { BusError } from "auxbus";
import { AliasGroups } from "./alias-groups.ts";
import { ModprobeConfig } from "./modprobe-config.ts";
import type { SysTree } from "./sys-tree.ts";

/** What has become of a module. */
export interface ModuleState {
  readonly name: string;
  readonly state: "loaded" | "built in" | "not loaded" | "not installed";
  /** Why it is not loaded for a device, if somebody forbids it: what is written, and in which file. */
  readonly forbidden: string | null;
}

/** A module that is loaded. */
export interface LoadedModule {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** How many use it. */
  readonly references: number;
  readonly users: readonly string[];
}

/** The module tree of a kernel: what is installed, loaded and forbidden. What has been read is not read again. */
export class KernelModules {
  /** The kernel's version: the name of its folder in `/lib/modules`. */
  readonly version: string;
  readonly #tree: SysTree;
  #aliases: AliasGroups | undefined;
  #config: ModprobeConfig | undefined;
  #builtIn: ReadonlySet<string> | undefined;
  #installed: ReadonlySet<string> | undefined;

  /** @param version of another kernel than the one that runs. @throws {BusError} `ENOENT` it has no modules here */
  constructor(tree: SysTree, version?: string) {
    this.#tree = tree;
    this.version = version ?? (tree.outside("proc/sys/kernel/osrelease") ?? "").trim();
    if (version === undefined || this.isInstalled) return;
    const others = tree.folderOutside("lib/modules");
    const there = others.length === 0 ? "none are installed" : `there are those of ${others.join(", ")}`;
    throw new BusError("ENOENT", `there are no modules of a kernel ${version}; ${there}`, { op: "modules" });
  }

  /** Whether there are any: a kernel may have everything built in, and a container has another one's. */
  get isInstalled(): boolean {
    return this.version !== "" && this.#tree.folderOutside(this.#path("")).length > 0;
  }

  /** The modules that an alias names, as `modprobe -R` says; also the name of a module. */
  resolve(alias: string): readonly string[] {
    const configured = this.#configuration().lookup(alias);
    if (configured.length > 0) return configured;
    const name = alias.replaceAll("-", "_");
    if (this.#builtInNames().has(name) || this.installed.has(name)) return [name];
    return this.#configuration().commands.has(name) ? [name] : this.#groups().lookup(alias);
  }

  /** Every alias of a bus that the modules offer, with the module; sorted. */
  driversOf(bus: string): readonly { readonly alias: string; readonly module: string }[] {
    const found = this.#groups().of(bus);
    return found.toSorted((a, b) => a.module.localeCompare(b.module) || a.alias.localeCompare(b.alias));
  }

  state(module: string): ModuleState {
    const name = module.replaceAll("-", "_");
    const forbidden = this.#configuration().forbidden.get(name) ?? null;
    if (this.#builtInNames().has(name)) return { name, state: "built in", forbidden };
    // Those that are built in and have parameters are there, too.
    if (this.#tree.exists(`module/${name}`)) return { name, state: "loaded", forbidden };
    return { name, state: this.installed.has(name) ? "not loaded" : "not installed", forbidden };
  }

  /** The names of the modules that have a file. */
  get installed(): ReadonlySet<string> {
    return (this.#installed ??= moduleNames(this.#tree.outside(this.#path("modules.dep"))));
  }

  /** The modules that are loaded, as `lsmod` says. */
  loaded(): readonly LoadedModule[] {
    const lines = (this.#tree.outside("proc/modules") ?? "").split("\n").filter((line) => line !== "");
    return lines.map((line) => {
      const [name = "", size = "0", references = "0", users = "-"] = line.split(" ");
      const using = users.split(",").filter((user) => user !== "" && user !== "-" && !user.startsWith("["));
      return { name, size: Number(size), references: Number(references), users: using };
    });
  }

  #path(file: string): string {
    return `lib/modules/${this.version}/${file}`;
  }

  #groups(): AliasGroups {
    return (this.#aliases ??= new AliasGroups(this.#aliasText()));
  }

  #aliasText(): string {
    const own = this.#tree.outside(this.#path("modules.alias")) ?? "";
    // What is built in says its aliases elsewhere: MODULE.alias=PATTERN, each ended by a zero.
    const builtIn = (this.#tree.outside(this.#path("modules.builtin.modinfo")) ?? "").split("\0").flatMap((entry) => {
      const [, module, pattern] = /^(\S+?)\.alias=(\S+)$/.exec(entry) ?? [];
      return module === undefined ? [] : [`alias ${pattern} ${module}`];
    });
    return [own.trimEnd(), ...builtIn, ""].join("\n");
  }

  #configuration(): ModprobeConfig {
    return (this.#config ??= new ModprobeConfig(this.#tree));
  }

  #builtInNames(): ReadonlySet<string> {
    return (this.#builtIn ??= moduleNames(this.#tree.outside(this.#path("modules.builtin"))));
  }
}

/** The modules whose files a list names, each at the beginning of a line. */
function moduleNames(list = ""): ReadonlySet<string> {
  const paths = list.split("\n").map((line) => line.replace(/:.*/, ""));
  return new Set(
    paths.map((path) =>
      basename(path)
        .replace(/\.ko(\.\w+)?$/, "")
        .replaceAll("-", "_"),
    ),
  );
}
