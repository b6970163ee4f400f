import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const BUILD = fileURLToPath(new URL("../kernel/build.sh", import.meta.url));

/** A kernel that can be booted, with what scenarios need there. */
export interface Kernel {
  /** As it was asked for. */
  readonly name: string;
  /** What it calls itself. */
  readonly version: string;
  /** Where its files are: `vmlinuz`, `auxscenario.ko`, `runner`, `busybox`, `modules/`. */
  readonly folder: string;
}

/**
 * Gets a kernel ready, which takes some minutes the first time.
 *
 * @param name `6.1`, `7.3` or the path of an image
 * @throws {Error} it cannot be built here
 */
export async function makeKernel(name: string, env: NodeJS.ProcessEnv = process.env): Promise<Kernel> {
  const folder = kernelFolder(name, env);
  const build = spawn(BUILD, [name, folder], { stdio: ["ignore", "inherit", "inherit"] });
  const [code] = await once(build, "close");
  if (code !== 0) throw new Error(`the kernel ${name} could not be made ready (see above)`);
  return { name, version: (await readFile(join(folder, "version"), "utf8")).trim(), folder };
}

/** Where what a kernel needs is made. Images of the same name are different kernels. */
export function kernelFolder(name: string, env: NodeJS.ProcessEnv): string {
  const cache = env["AUXBUS_KERNELS"] ?? join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "auxbus", "kernels");
  if (!name.includes("/")) return join(cache, name);
  const path = resolve(name);
  return join(cache, `${basename(path)}-${createHash("sha256").update(path).digest("hex").slice(0, 12)}`);
}
