import { globMatches, normalizeAlias } from "@auxbus/modules/alias";
import type { SysTree } from "./sys-tree.ts";

/** Where administrators and packages say what modprobe is to do; the first of two files of one name counts. */
const FOLDERS = [
  "etc/modprobe.d",
  "run/modprobe.d",
  "usr/local/lib/modprobe.d",
  "usr/lib/modprobe.d",
  "lib/modprobe.d",
];

/** What is written about modules in the folders `modprobe.d`, and on the kernel's command line. */
export class ModprobeConfig {
  /** Why a module is not loaded for a device, by its name: what is written, and where. */
  readonly forbidden: ReadonlyMap<string, string>;
  /** Names that have a command instead of a module. */
  readonly commands: ReadonlySet<string>;
  readonly #aliases: readonly { readonly pattern: string; readonly module: string }[];

  constructor(tree: SysTree) {
    const forbidden = new Map<string, string>();
    const commands = new Set<string>();
    const aliases: { pattern: string; module: string }[] = [];
    for (const { words, file } of directives(tree)) {
      const [command, first = "", second = ""] = words;
      const name = first.replaceAll("-", "_");
      if (command === "alias" && second !== "")
        aliases.push({ pattern: normalizeAlias(first), module: second.replaceAll("-", "_") });
      if (command === "install" && second !== "") commands.add(name);
      const forbids = command === "blacklist" || (command === "install" && /(^|\/)(false|true)$/.test(second));
      if (forbids && !forbidden.has(name)) forbidden.set(name, `"${words.join(" ")}" in /${file}`);
    }
    for (const [name, why] of onCommandLine(tree)) if (!forbidden.has(name)) forbidden.set(name, why);
    this.forbidden = forbidden;
    this.commands = commands;
    this.#aliases = aliases;
  }

  /** The modules of an alias, which come before those that modules name themselves. */
  lookup(alias: string): readonly string[] {
    const text = normalizeAlias(alias);
    return this.#aliases.filter(({ pattern }) => globMatches(pattern, text)).map(({ module }) => module);
  }
}

/** Modules that the kernel's command line forbids, and where. */
function onCommandLine(tree: SysTree): readonly (readonly [name: string, why: string])[] {
  // What is behind two dashes is for the first process.
  const [text = ""] = (tree.outside("proc/cmdline") ?? "").split(/(?:^|\s)--(?=\s|$)/, 1);
  const parameters = [...text.matchAll(/(?:^|\s)(module_blacklist|modprobe\.blacklist)=("[^"]*"|\S*)/g)].map(
    ([, parameter = "", value = ""]) => ({ parameter, value: value.replaceAll('"', "") }),
  );
  const forbids = (parameter: string, value: string): string => `"${parameter}=${value}" in /proc/cmdline`;
  // The kernel takes the last one, and names as modules have them; modprobe takes all.
  const last = parameters.findLast(({ parameter }) => parameter === "module_blacklist");
  return [
    ...(last?.value.split(",") ?? []).map(
      (name) => [name, `${forbids("module_blacklist", last?.value ?? "")}, so the kernel itself refuses it`] as const,
    ),
    ...parameters
      .filter(({ parameter }) => parameter === "modprobe.blacklist")
      .flatMap(({ parameter, value }) =>
        value.split(",").map((name) => [name.replaceAll("-", "_"), forbids(parameter, value)] as const),
      ),
  ];
}

function* directives(tree: SysTree): Generator<{ readonly words: readonly string[]; readonly file: string }> {
  const seen = new Set<string>();
  for (const folder of FOLDERS) {
    for (const name of tree.folderOutside(folder).filter((each) => each.endsWith(".conf"))) {
      if (seen.has(name)) continue;
      seen.add(name);
      const file = `${folder}/${name}`;
      // A backslash at the end goes on with the next line.
      for (const line of (tree.outside(file) ?? "").replaceAll("\\\n", " ").split("\n")) {
        const words = line.trim().split(/\s+/);
        if (words[0] !== "" && !line.startsWith("#")) yield { words, file };
      }
    }
  }
}
