export {
  type Change,
  type Changed,
  type DiffOptions,
  diffSnapshots,
  type ListDiff,
  type SnapshotDiff,
} from "./diff.ts";
export { FORMAT, type SnapshotFile, snapshotSchema, VERSION } from "./format.ts";
export { gather, type GatherOptions } from "./gather.ts";
export { mask, type Masked, type MaskOptions } from "./mask.ts";
export { openSnapshot, readSnapshot } from "./open.ts";
export { parseSnapshot } from "./parse.ts";
export { SnapshotView } from "./snapshot-view.ts";
export { textOf, writeSnapshot } from "./write.ts";
