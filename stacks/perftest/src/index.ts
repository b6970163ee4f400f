import type { DriverCore, ModuleContext } from "auxbus";
import { Control } from "@auxbus/control";
import { programs } from "./verbs.ts";

const commands = new WeakMap<DriverCore, Disposable>();

/** Adds the programs to the command line. */
export function init({ core }: ModuleContext): void {
  commands.set(core, Control.of(core).addAll(programs(core)));
}

export function exit({ core }: ModuleContext): void {
  commands.get(core)?.[Symbol.dispose]();
}

export { connectEnds, RdmaEnd } from "./rdma-end.ts";
export { type Latency, sendLat, type SendLatOptions } from "./send-lat.ts";
export { type Bandwidth, writeBw, type WriteBwOptions } from "./write-bw.ts";
