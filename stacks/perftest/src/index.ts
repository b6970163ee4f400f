import { moduleVerbs, type ModuleVerbs } from "@auxbus/control";
import { programs } from "./commands.ts";

const commands = moduleVerbs(programs);

/** Adds the programs to the command line. */
export const init: ModuleVerbs["init"] = commands.init;

export const exit: ModuleVerbs["exit"] = commands.exit;

export type { MeasureOptions } from "./measure.ts";
export { connectEnds, RdmaEnd } from "./rdma-end.ts";
export { type Latency, sendLat, type SendLatOptions } from "./send-lat.ts";
export { type Bandwidth, writeBw, type WriteBwOptions } from "./write-bw.ts";
