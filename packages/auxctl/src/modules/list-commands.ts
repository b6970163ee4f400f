import type { Command } from "commander";
import type { components } from "@auxbus/host/client";
import type { Colors } from "../colors.ts";
import { help, LOOK_CODES, onHost, onKernel } from "../host/host-option.ts";
import { isKernels, listKernelModules } from "../linux/module-commands.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import { renderTable } from "../table.ts";

/** `auxctl lsmod` */
export function addLsmodCommand(program: Command, shell: Shell): Command {
  return onKernel(program.command("lsmod"))
    .summary("show the loaded modules of a running host")
    .description("Show the loaded modules of a running host, in the order of loading; or those of the kernel.")
    .addHelpText("after", help(["auxctl lsmod", "auxctl lsmod --json", "auxctl lsmod --linux"], LOOK_CODES))
    .action(async (options: CommonOptions) => {
      if (isKernels(options)) return listKernelModules(options, shell);
      const { modules } = await (await shell.host(options)).get("/v1/modules");
      shell.print(options, { modules }, (colors) => lsmodTable(modules, colors));
    });
}

/** `auxctl hosts` */
export function addHostsCommand(program: Command, shell: Shell): Command {
  return onHost(program.command("hosts"))
    .summary("show the workers and processes of isolated modules")
    .description("Show the workers and processes that isolated modules run in, and the devices that are parked.")
    .addHelpText("after", help(["auxctl hosts", "auxctl hosts --json"], LOOK_CODES))
    .action(async (options: CommonOptions) => {
      const { hosts, parked } = await (await shell.host(options)).get("/v1/hosts");
      shell.print(options, { hosts, parked }, (colors) => [
        ...hostsTable(hosts, colors),
        ...parked.map(({ device, reason }) => colors.red(`${device}: ${reason}`)),
      ]);
    });
}

function lsmodTable(modules: readonly components["schemas"]["ModuleStatus"][], colors: Colors): string[] {
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

function hostsTable(hosts: components["schemas"]["Hosts"]["hosts"], colors: Colors): string[] {
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
