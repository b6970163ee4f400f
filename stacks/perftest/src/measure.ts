import { BusError } from "auxbus";
import type { Wc } from "@auxbus/rdma";
import type { RdmaEnd } from "./rdma-end.ts";

/** What every measurement needs to know. */
export interface MeasureOptions {
  /** From which device, and to which. */
  readonly devices: readonly [string, string];
  /** Bytes of a message. */
  readonly size: number;
  /** Ends it before its time. */
  readonly signal?: AbortSignal;
}

/** @throws {BusError} `EIO` what was posted has not come to its end */
export function expectSuccess({ status, opcode }: Wc, { context }: RdmaEnd): void {
  if (status === "SUCCESS") return;
  throw new BusError("EIO", `${context.device.name}: ${opcode} ended with ${status}`, { op: opcode });
}
