export { Debugfs } from "./debugfs.ts";
export type { DebugfsHandle } from "./handle.ts";
export type { DebugfsDir, DebugfsFile, DebugfsFileOps, DebugfsFileOptions, DebugfsSymlink } from "./nodes.ts";
