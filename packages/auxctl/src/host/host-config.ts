import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type HostConfig, loadConfig, parseConfig } from "@auxbus/host";
import { BusError } from "auxbus";
import { UsageError } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { prepareFolder, socketFolder } from "./socket-path.ts";

const NAMES = ["auxbus.config.json", "auxbus.config.ts"];

/** A configuration that can be read again. */
export interface ConfigSource {
  /** null: there is none, and everything is as it is by itself. */
  readonly file: string | null;
  /** @throws {UsageError} it cannot be read, or is wrong */
  read(): Promise<HostConfig>;
}

/** The configuration in a file, or that of the folder. */
export function configSource(given: string | undefined, io: Io): ConfigSource {
  const found = given ?? NAMES.find((name) => existsSync(join(io.cwd, name)));
  if (found === undefined) return { file: null, read: () => Promise.resolve(parseConfig({})) };
  const file = resolve(io.cwd, found);
  return { file, read: () => loadConfig(file) };
}

/** The configuration at the start. @throws {UsageError} it cannot be read, or is wrong */
export async function readConfig(source: ConfigSource): Promise<HostConfig> {
  try {
    return await source.read();
  } catch (error) {
    throw error instanceof BusError ? new UsageError(error.reason) : error;
  }
}

/** The folder of a host's settings, journal and tokens. */
export function stateFolder({ state, name }: Pick<HostConfig, "state" | "name">, env: Io["env"]): string {
  if (state !== undefined) return state;
  const given = env["XDG_STATE_HOME"] ?? "";
  const home = env["HOME"] ?? "";
  if (given === "" && home === "") {
    throw new UsageError('there is no HOME; say in the configuration where the state is to be: "state": FOLDER');
  }
  return join(given === "" ? join(home, ".local/state") : given, "auxbus", name);
}

/** Where a host listens. */
export async function hostSocket({ listen, name }: HostConfig, env: Io["env"]): Promise<string> {
  if (listen.socket !== undefined) return listen.socket;
  const folder = socketFolder(env);
  await prepareFolder(folder);
  return join(folder, `${name}.sock`);
}
