import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { BusError } from "auxbus";
import { type DepmodOptions, findModule, ModuleIndex, type ModuleInfo } from "@auxbus/modules";
import { UsageError } from "../exit-code.ts";
import type { Io } from "../io.ts";

/** Packages are looked for from the user's folder, then beside auxctl. */
export function starts(io: Io): string[] {
  return [io.cwd, dirname(fileURLToPath(import.meta.url))];
}

/** The modules that are installed where the user is. */
export function depmod(io: Io, options: DepmodOptions = {}): Promise<ModuleIndex> {
  return ModuleIndex.depmod(starts(io), options);
}

/** What a person has called a module. @throws {UsageError} there is none */
export async function lookUp(word: string, index: ModuleIndex, io: Io): Promise<ModuleInfo> {
  try {
    return await findModule(word, index, starts(io));
  } catch (error) {
    if (error instanceof BusError) throw new UsageError(error.reason);
    throw error;
  }
}
