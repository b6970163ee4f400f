import type { Command } from "commander";
import { help, LOOK_CODES, onHost, onKernel } from "../host/host-option.ts";
import { isKernels, kernelModules, showKernelModule } from "../linux/module-commands.ts";
import { ExitCode } from "../exit-code.ts";
import type { CommonOptions, Shell } from "../shell.ts";

/** `auxctl modinfo` */
export function addModinfoCommand(program: Command, shell: Shell): Command {
  return onKernel(program.command("modinfo"))
    .summary("show what a module says about itself")
    .description("Show what the package of a module says about it. Needs no host; with --host, that one is asked.")
    .argument("<module>", "name of a module or package, or path of a file or package folder")
    .addHelpText("after", help(["auxctl modinfo snd_sof_probes", "auxctl modinfo ./my-driver.js --json"], LOOK_CODES))
    .action(async (word: string, options: CommonOptions) => {
      if (isKernels(options)) return showKernelModule(word, options, shell);
      const { modinfo } = await import("./modinfo.ts");
      await modinfo(word, options, shell);
    });
}

export interface DepmodOptions extends CommonOptions {
  readonly force?: boolean;
  readonly show?: boolean;
}

/** `auxctl depmod` */
export function addDepmodCommand(program: Command, shell: Shell): Command {
  return onHost(program.command("depmod"))
    .summary("look at the installed packages again")
    .description(
      "Find the modules among the installed packages, and keep what they say on disk. Needs no host; with --host, " +
        "that one looks again, too.",
    )
    .option("-f, --force", "even when nothing seems to have changed")
    .option("-n, --show", "print the aliases, as a modules.alias")
    .addHelpText("after", help(["auxctl depmod", "auxctl depmod --show"], LOOK_CODES))
    .action(async (options: DepmodOptions) => {
      const { runDepmod } = await import("./depmod.ts");
      await runDepmod(options, shell);
    });
}

export interface ResolveOptions extends CommonOptions {
  readonly aliasFile?: string;
  readonly running?: boolean;
}

/** `auxctl resolve` */
export function addResolveCommand(program: Command, shell: Shell): Command {
  return onKernel(program.command("resolve"))
    .summary("show which modules a modalias names")
    .description("Show which modules a modalias names, in the order in which they would be loaded.")
    .argument("<modalias>", "such as auxiliary:snd_sof.ipc_flood")
    .option("-a, --alias-file <path>", "look in a modules.alias, as Linux has it")
    .option("-r, --running", "ask the running host, which knows its blacklist, not the installed packages")
    .addHelpText("after", help(RESOLVE_EXAMPLES, RESOLVE_CODES))
    .action(async (modalias: string, options: ResolveOptions) => {
      const modules = isKernels(options)
        ? kernelModules(options, shell).resolve(modalias)
        : await (await import("./resolve.ts")).resolve(modalias, options, shell);
      shell.print(options, { modules }, () => modules);
      if (modules.length > 0) return;
      if (options.json !== true) shell.complain(`no module is for ${modalias}`);
      shell.finish(ExitCode.failed);
    });
}

const RESOLVE_EXAMPLES = [
  "auxctl resolve auxiliary:snd_sof.ipc_flood",
  "auxctl resolve --linux auxiliary:mlx5_core.eth",
  "auxctl resolve pci:v00008086d0000A0C8sv00008086sd00007270bc04sc01i00",
  "auxctl resolve --alias-file /lib/modules/$(uname -r)/modules.alias usb:v1D6Bp0002d0600dc09dsc00dp01ic09isc00ip00in00",
];

const RESOLVE_CODES = `
Exit codes:
  0  there is one at least
  1  no module has the alias
  2  the command line is wrong, or no host is running`;
