import { readFile } from "node:fs/promises";
import { AliasIndex, parseModulesAlias } from "@auxbus/modules";
import { UsageError } from "../exit-code.ts";
import { namesHost } from "../host/view-in.ts";
import type { Shell } from "../shell.ts";
import { depmod } from "./installed.ts";
import type { ResolveOptions } from "./installed-commands.ts";

/** The modules that a modalias names. */
export async function resolve(modalias: string, options: ResolveOptions, shell: Shell): Promise<readonly string[]> {
  const { aliasFile, running } = options;
  if (aliasFile !== undefined) {
    const text = await readFile(aliasFile, "utf8").catch((error: Error) => {
      throw new UsageError(`cannot read ${aliasFile}: ${error.message}`);
    });
    return AliasIndex.of(parseModulesAlias(text, aliasFile)).lookup(modalias);
  }
  if (running !== true && !namesHost(options)) return (await depmod(shell.io)).resolve(modalias);
  const { modules } = await (await shell.host(options)).get("/v1/resolve", { query: { modalias } });
  return modules;
}
