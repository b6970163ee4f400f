import { existsSync } from "node:fs";
import { join } from "node:path";
import { fetchTransport, type Transport } from "@auxbus/host/client";
import { socketTransport } from "@auxbus/host/client/socket";
import { UsageError } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { runningHosts, socketFolder, theSocket } from "./socket-path.ts";

/** Which host a command is for. */
export interface HostOptions {
  readonly host?: string | undefined;
  readonly socket?: string | undefined;
}

/** How the host is reached that the options or `AUXBUS_HOST` name. @throws {UsageError} there is none, or several */
export async function findHost(options: HostOptions, env: Io["env"], timeout?: number): Promise<Transport> {
  const named = options.socket ?? options.host ?? env["AUXBUS_HOST"] ?? "";
  if (/^https?:\/\//.test(named)) return fetchTransport(checkedUrl(named), tokenOf(env));
  return socketTransport(await socketOf(named, env), { timeout });
}

async function socketOf(named: string, env: Io["env"]): Promise<string> {
  if (named === "") return theSocket(env);
  if (named.includes("/")) return named;
  const path = join(socketFolder(env), `${named}.sock`);
  if (existsSync(path)) return path;
  const running = await runningHosts(env);
  const others = running.length === 0 ? "none is" : `there are ${running.map(({ name }) => name).join(", ")}`;
  throw new UsageError(`no host ${named} is running (${others}); start one with auxctl up, or give a socket or URL`);
}

function checkedUrl(url: string): string {
  if (URL.canParse(url)) return url;
  throw new UsageError(`${url} is no URL; a host is named like http://127.0.0.1:7420`);
}

function tokenOf(env: Io["env"]): string {
  const token = env["AUXBUS_TOKEN"] ?? "";
  if (token !== "") return token;
  throw new UsageError("set AUXBUS_TOKEN to a token of the host; auxctl token prints one where the host runs");
}
