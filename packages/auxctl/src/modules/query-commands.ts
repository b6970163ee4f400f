import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import {
  AliasIndex,
  formatParam,
  type HostStatus,
  type ModuleInfo,
  type ModuleStatus,
  parseModulesAlias,
} from "@auxbus/modules";
import { type Colors, colorsFor } from "../colors.ts";
import { ExitCode, UsageError } from "../exit-code.ts";
import type { Io } from "../io.ts";
import type { Finish } from "../program.ts";
import { renderTable } from "../table.ts";
import { busOf, EXIT_CODES, type FrameOptions, onBus, refusable } from "./command-frame.ts";
import { depmod, lookUp } from "./installed.ts";

/** Prints `lines`, or `json` if that was asked for. */
function print(io: Io, { json }: FrameOptions, value: unknown, lines: (colors: Colors) => readonly string[]): void {
  const text = json === true ? JSON.stringify(value, null, 2) : lines(colorsFor(io.out, io.env)).join("\n");
  if (text !== "") io.out.write(`${text}\n`);
}

/** `auxctl lsmod`, `hosts`, `modinfo`, `depmod`, `resolve` */
export function addQueryCommands(program: Command, io: Io, finish: Finish): void {
  onBus(program.command("lsmod"))
    .summary("show the loaded modules of a running bus")
    .description("Show the loaded modules of a running bus, in the order of loading.")
    .addHelpText("after", `\nExamples:\n  auxctl lsmod\n  auxctl lsmod --json\n${EXIT_CODES}`)
    .action((options: FrameOptions) =>
      refusable(
        async () => {
          const modules = await (await busOf(options, io)).lsmod();
          print(io, options, modules, (colors) => lsmodTable(modules, colors));
        },
        io,
        finish,
      ),
    );

  onBus(program.command("hosts"))
    .summary("show the workers and processes of isolated modules")
    .description("Show the workers and processes that isolated modules run in, and the devices that are parked.")
    .addHelpText("after", `\nExamples:\n  auxctl hosts\n  auxctl hosts --json\n${EXIT_CODES}`)
    .action((options: FrameOptions) =>
      refusable(
        async () => {
          const bus = await busOf(options, io);
          const [hosts, parked] = [await bus.hosts(), await bus.parked()];
          print(io, options, { hosts, parked }, (colors) => [
            ...hostsTable(hosts, colors),
            ...parked.map(({ device, reason }) => colors.red(`${device}: ${reason}`)),
          ]);
        },
        io,
        finish,
      ),
    );

  onBus(program.command("modinfo"))
    .summary("show what a module says about itself")
    .description("Show what the package of a module says about it. Needs no bus.")
    .argument("<module>", "name of a module or package, or path of a file or package folder")
    .addHelpText(
      "after",
      `\nExamples:\n  auxctl modinfo snd_sof_probes\n  auxctl modinfo ./my-driver.js --json\n${EXIT_CODES}`,
    )
    .action((word: string, options: FrameOptions) =>
      refusable(
        async () => {
          const { socket } = options;
          const info =
            socket === undefined
              ? await lookUp(word, await depmod(io), io)
              : await (await busOf(options, io)).modinfo(word);
          print(io, options, info, (colors) => modinfoLines(info, colors));
        },
        io,
        finish,
      ),
    );

  onBus(program.command("depmod"))
    .summary("look at the installed packages again")
    .description(
      "Find the modules among the installed packages, and keep what they say on disk. Needs no bus; with " +
        "--socket, that bus looks again, too.",
    )
    .option("-f, --force", "even when nothing seems to have changed")
    .option("-n, --show", "print the aliases, as a modules.alias")
    .addHelpText("after", `\nExamples:\n  auxctl depmod\n  auxctl depmod --show\n${EXIT_CODES}`)
    .action(async (options: FrameOptions & { readonly force?: boolean; readonly show?: boolean }) => {
      if (options.socket !== undefined) await (await busOf(options, io)).depmod();
      const index = await depmod(io, { force: options.force });
      for (const problem of index.problems) {
        io.err.write(`${colorsFor(io.err, io.env).yellow("auxctl:")} ${problem}\n`);
      }
      const modules = [...index.modules.values()];
      const summary = {
        modules: modules.length,
        aliases: index.aliases().length,
        file: index.file,
        cached: index.cached,
        problems: index.problems,
      };
      if (options.show === true && options.json !== true) {
        for (const { alias, module } of index.aliases()) io.out.write(`alias ${alias} ${module}\n`);
      } else {
        print(io, options, options.show === true ? { ...summary, list: index.aliases() } : summary, () => [
          `${summary.modules} modules with ${summary.aliases} aliases, ${summary.file === null ? "kept nowhere" : `kept in ${summary.file}`}`,
        ]);
      }
    });

  onBus(program.command("resolve"))
    .summary("show which modules a modalias names")
    .description("Show which modules a modalias names, in the order in which they would be loaded.")
    .argument("<modalias>", "such as auxiliary:snd_sof.ipc_flood")
    .option("-a, --alias-file <path>", "look in a modules.alias, as Linux has it")
    .option("-r, --running", "ask the running bus, which knows its blacklist, not the installed packages")
    .addHelpText("after", RESOLVE_HELP)
    .action((modalias: string, options: ResolveOptions) =>
      refusable(
        async () => {
          const names = await resolve(modalias, options, io);
          print(io, options, names, () => names);
          if (names.length === 0) finish(ExitCode.failed);
        },
        io,
        finish,
      ),
    );
}

interface ResolveOptions extends FrameOptions {
  readonly aliasFile?: string;
  readonly running?: boolean;
}

async function resolve(modalias: string, options: ResolveOptions, io: Io): Promise<readonly string[]> {
  const { aliasFile } = options;
  if (aliasFile !== undefined) {
    const text = await readFile(aliasFile, "utf8").catch((error: Error) => {
      throw new UsageError(`cannot read ${aliasFile}: ${error.message}`);
    });
    return AliasIndex.of(parseModulesAlias(text, aliasFile)).lookup(modalias);
  }
  if (options.running === true || options.socket !== undefined) return (await busOf(options, io)).resolve(modalias);
  return (await depmod(io)).resolve(modalias);
}

const RESOLVE_HELP = `
Examples:
  auxctl resolve auxiliary:snd_sof.ipc_flood
  auxctl resolve pci:v00008086d0000A0C8sv00008086sd00007270bc04sc01i00
  auxctl resolve --alias-file /lib/modules/$(uname -r)/modules.alias usb:v1D6Bp0002d0600dc09dsc00dp01ic09isc00ip00in00

Exit codes:
  0  there is one at least
  1  no module has the alias
  2  the command line is wrong, or no bus is running`;

function lsmodTable(modules: readonly ModuleStatus[], colors: Colors): string[] {
  if (modules.length === 0) return ["no modules"];
  return renderTable(
    ["MODULE", "VERSION", "STATE", "RUNS IN", "USED", "BY"],
    modules.map(({ name, version, state, isolation, refs, usedBy }) => [
      name,
      version,
      state,
      isolation === "none" ? "the bus" : isolation,
      refs,
      usedBy.join(" "),
    ]),
    colors,
  );
}

function hostsTable(hosts: readonly HostStatus[], colors: Colors): string[] {
  if (hosts.length === 0) return ["no module is isolated"];
  return renderTable(
    ["HOST", "CRASHES", "MODULES", "DEVICES"],
    hosts.map(({ name, kind, modules, devices, crashes }) => [
      name ?? `${kind} (starting again)`,
      crashes,
      modules.join(" "),
      devices.join(" "),
    ]),
    colors,
  );
}

function modinfoLines(info: ModuleInfo, { dim }: Colors): string[] {
  const { softdep, params } = info;
  const fields: (readonly [string, string])[] = [
    ["name", info.name],
    ["package", info.packageName],
    ["version", info.version],
    ["description", info.description],
    ["folder", info.folder],
    ["entry", info.entry ?? "(none)"],
    ["isolation", info.isolation],
    ...info.aliases.map((alias) => ["alias", alias] as const),
    ["depends", info.depends.join(" ")],
    [
      "softdep",
      [...softdep.pre.map((name) => `pre: ${name}`), ...softdep.post.map((name) => `post: ${name}`)].join(" "),
    ],
    ...Object.entries(params ?? {}).map(([name, { type, default: value, description = "", writable }]) => {
      const initial = value === undefined ? "" : ` (${formatParam(value)})`;
      return ["parm", `${name}: ${type}${initial}${writable === true ? ", writable" : ""}  ${description}`] as const;
    }),
  ];
  return fields
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${dim(`${name}:`.padEnd(13))} ${value}`.trimEnd());
}
