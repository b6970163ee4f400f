import type { HostClient } from "@auxbus/host/client";
import { hostIn, viewIn } from "../host/view-in.ts";
import { runningHosts } from "../host/socket-path.ts";
import { isKernels, kernelModules, kernelTree } from "../linux/module-commands.ts";
import type { Shell, ViewOptions } from "../shell.ts";

/** What `auxctl names` can list. */
export const LIVE_NAMES = [
  "installed",
  "loaded",
  "parked",
  "blacklisted",
  "devices",
  "drivers",
  "buses",
  "running",
  "kernels",
] as const;

export type LiveNames = (typeof LIVE_NAMES)[number];

/** Milliseconds that completion waits for a host: somebody sits in front of it. */
export const PATIENCE = 2000;

/** Names of what there is at the moment. @param line the words behind `auxctl`, which may name a host */
export async function liveNames(what: LiveNames, line: readonly string[], shell: Shell): Promise<readonly string[]> {
  if (what === "running") return (await runningHosts(shell.io.env)).map(({ name }) => name);
  const options = viewIn(line);
  if (what === "kernels") return kernelTree(options, shell).folderOutside("lib/modules");
  if (what === "devices" || what === "drivers" || what === "buses") return namesOf(what, options, shell);
  if (isKernels(options)) return ofKernel(what, options, shell);
  if (what !== "installed") return ask(what, await shell.host(hostIn(line), { timeout: PATIENCE }));
  const { depmod } = await import("../modules/installed.ts");
  return [...(await depmod(shell.io)).modules.keys()];
}

/** Those of a running Linux, of a snapshot file, or of a host. */
async function namesOf(
  what: "devices" | "drivers" | "buses",
  options: ViewOptions,
  shell: Shell,
): Promise<readonly string[]> {
  // Not only the one that is shown: another is asked for.
  if (what === "buses" && isKernels(options)) return [...kernelTree(options, shell).names("bus").toSorted(), "all"];
  const lists =
    isKernels(options) || options.file !== undefined
      ? await (await shell.view(options)).snapshot([what])
      : await (await shell.host(options, { timeout: PATIENCE })).get("/v1/snapshot", { query: { parts: what } });
  return [...new Set(lists[what].map(({ name }) => name))];
}

/** The modules of a kernel; the others are a host's alone. */
function ofKernel(what: LiveNames, options: ViewOptions, shell: Shell): readonly string[] {
  const modules = kernelModules(options, shell);
  if (what === "loaded") return modules.loaded().map(({ name }) => name);
  return what === "installed" ? [...modules.installed] : [];
}

async function ask(what: "loaded" | "parked" | "blacklisted", client: HostClient): Promise<readonly string[]> {
  switch (what) {
    case "loaded":
      return (await client.get("/v1/modules")).modules.map(({ name }) => name);
    case "parked":
      return (await client.get("/v1/hosts")).parked.map(({ device }) => device.slice(device.lastIndexOf("/") + 1));
    case "blacklisted":
      return (await client.get("/v1/installed")).blacklist;
  }
}
