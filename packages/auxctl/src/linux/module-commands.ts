import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Command, Option } from "commander";
import { KernelModules, SysTree } from "@auxbus/linux";
import { BusError, errnoOf } from "auxbus";
import { renderFields } from "../fields.ts";
import { help } from "../host/host-option.ts";
import type { CommonOptions, Shell, ViewOptions } from "../shell.ts";
import { renderTable } from "../table.ts";

/** Whether the options name a kernel, not a host. */
export function isKernels({ linux, root }: ViewOptions): boolean {
  return linux === true || root !== undefined;
}

/** The modules of the kernel that the options name: the one that runs, or another one that is installed. */
export function kernelModules(options: ViewOptions, shell: Shell, version?: string): KernelModules {
  return new KernelModules(kernelTree(options, shell), version);
}

/** The files of the machine that the options name. */
export function kernelTree({ root = "/" }: ViewOptions, shell: Shell): SysTree {
  return new SysTree(shell.path(root));
}

/** `auxctl lsmod --linux` */
export function listKernelModules(options: CommonOptions, shell: Shell): void {
  const modules = kernelModules(options, shell).loaded();
  shell.print(options, { modules }, (colors) => {
    if (modules.length === 0) return ["no modules"];
    const rows = modules.map(({ name, size, references, users }) => [name, size, references, users.join(" ")]);
    return renderTable(["MODULE", "BYTES", "USED", "BY"], rows, colors);
  });
}

/** `auxctl modinfo --linux`: kmod's own answer, as modules are compressed in several ways. */
export async function showKernelModule(word: string, options: CommonOptions, shell: Shell): Promise<void> {
  const { stdout } = await promisify(execFile)("modinfo", [...whereOf(options, shell), "--", word], {
    // Debian has it where only root looks.
    env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` },
  }).catch((error: unknown) => {
    throw new BusError("ENOENT", whyNoInfo(word, error), { cause: error });
  });
  const fields = stdout
    .split("\n")
    .map((line) => /^([\w-]+):\s*(.*)$/.exec(line))
    .flatMap((found): [string, string][] => (found === null ? [] : [[found[1] ?? "", found[2] ?? ""]]));
  shell.print(options, { module: fields.map(([name, value]) => ({ name, value })) }, (colors) =>
    renderFields(fields, colors),
  );
}

/** Where modinfo is to look: a folder says itself which kernel it is of. */
function whereOf({ root, ...options }: CommonOptions, shell: Shell): readonly string[] {
  if (root === undefined) return [];
  const { version } = kernelModules({ ...options, root }, shell);
  return ["--basedir", shell.path(root), ...(version === "" ? [] : ["--set-version", version])];
}

/** What modinfo has complained about. */
function whyNoInfo(word: string, error: unknown): string {
  if (errnoOf(error) === "ENOENT") return "modinfo is not installed; it comes with kmod";
  const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
  if (said === "" || /Module .* not found\.$/.test(said)) return `there is no module ${word}`;
  return said.replaceAll(/^modinfo: (ERROR: )?/gm, "");
}

interface DriversOptions extends CommonOptions {
  readonly kernel?: string;
}

/** `auxctl drivers` */
export function addDriversCommand(program: Command, shell: Shell): Command {
  return program
    .command("drivers")
    .summary("list what the modules of a kernel are for")
    .description(
      "List the aliases of auxiliary devices that the installed modules of a kernel offer, with the modules.",
    )
    .option("-k, --kernel <version>", "of another kernel than the one that runs, as in /lib/modules")
    .option("-b, --bus <bus>", "aliases of another bus", "auxiliary")
    .addOption(new Option("-L, --linux", "as it is always").hideHelp())
    .option("--root <folder>", "of a machine whose /lib, /proc, … are in a folder")
    .option("--json", "print JSON")
    .addHelpText("after", help(["auxctl drivers", "auxctl drivers --kernel 6.1.0-56-amd64 --json"], DRIVERS_CODES))
    .action(({ kernel, bus = "auxiliary", ...options }: DriversOptions) => {
      const modules = kernelModules(options, shell, kernel ?? kernelModules(options, shell).version);
      const drivers = modules.driversOf(bus);
      shell.print(options, { kernel: modules.version, drivers }, (colors) =>
        drivers.length === 0
          ? [`no module of ${modules.version} is for devices of bus ${bus}`]
          : renderTable(
              ["MODULE", "ALIAS"],
              drivers.map(({ module, alias }) => [module, alias]),
              colors,
            ),
      );
    });
}

const DRIVERS_CODES = `
Exit codes:
  0  done
  1  there are no modules of this kernel
  2  the command line is wrong`;
