import type { ModuleContext } from "auxbus";
import { Debugfs } from "./debugfs.ts";

/** Makes debugfs there for all, also for drivers that run elsewhere. */
export function init({ core }: ModuleContext): void {
  Debugfs.of(core);
}

export { Debugfs };
export type { DebugfsHandle } from "./handle.ts";
export type { DebugfsDir, DebugfsFile, DebugfsFileOps, DebugfsFileOptions, DebugfsSymlink } from "./nodes.ts";
