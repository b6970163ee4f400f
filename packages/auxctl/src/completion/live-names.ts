import type { HostClient } from "@auxbus/host/client";
import { hostIn } from "../host/host-in.ts";
import { runningHosts } from "../host/socket-path.ts";
import type { Shell } from "../shell.ts";

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
] as const;

export type LiveNames = (typeof LIVE_NAMES)[number];

/** Milliseconds that completion waits for a host: somebody sits in front of it. */
export const PATIENCE = 2000;

/** Names of what there is at the moment. @param line the words behind `auxctl`, which may name a host */
export async function liveNames(what: LiveNames, line: readonly string[], shell: Shell): Promise<readonly string[]> {
  if (what === "running") return (await runningHosts(shell.io.env)).map(({ name }) => name);
  if (what !== "installed") return ask(what, await shell.host(hostIn(line), { timeout: PATIENCE }));
  const { depmod } = await import("../modules/installed.ts");
  return [...(await depmod(shell.io)).modules.keys()];
}

async function ask(what: Exclude<LiveNames, "installed" | "running">, client: HostClient): Promise<readonly string[]> {
  switch (what) {
    case "loaded":
      return (await client.get("/v1/modules")).modules.map(({ name }) => name);
    case "parked":
      return (await client.get("/v1/hosts")).parked.map(({ device }) => device.slice(device.lastIndexOf("/") + 1));
    case "blacklisted":
      return (await client.get("/v1/installed")).blacklist;
    case "devices":
    case "drivers":
    case "buses":
      return [...new Set((await client.get("/v1/snapshot", { query: { parts: what } }))[what].map(({ name }) => name))];
  }
}
