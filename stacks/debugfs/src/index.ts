export { Debugfs, type DebugfsDir, type DebugfsFile, type DebugfsFileOps, type DebugfsFileOptions } from "./debugfs.ts";
export type { DebugfsHandle } from "./handle.ts";
