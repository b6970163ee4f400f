import type { Remote, Runtime } from "auxbus";
import { ipc3Command, ipc3Message, type SofClient } from "@auxbus/snd_sof";

/** What a flood has measured, in nanoseconds. */
export interface FloodResult {
  readonly count: number;
  readonly average: number;
  readonly max: number;
  readonly min: number;
  /** Milliseconds, for a flood that was limited by time. */
  readonly duration: number | undefined;
}

/** Either so many messages, or as many as go into so many milliseconds. */
export type FloodLimit = { readonly count: number } | { readonly duration: number };

/** A flood that ended early: what it measured until then, and why it ended. */
export interface Flooded {
  readonly result: FloodResult | undefined;
  readonly error: unknown;
}

/** Sends test messages one after the other, and measures how long each answer takes. */
export async function flood(
  client: Remote<SofClient>,
  runtime: Pick<Runtime, "now">,
  limit: FloodLimit,
): Promise<Flooded> {
  const message = ipc3Message(ipc3Command.testIpcFlood);
  const end = "duration" in limit ? runtime.now() + limit.duration : Infinity;
  const most = "count" in limit ? limit.count : Infinity;
  let sum = 0;
  let max = 0;
  let min = Infinity;
  let count = 0;
  let error: unknown;
  while (count < most) {
    const start = runtime.now();
    try {
      await client.ipcTxMessage(message, 12);
    } catch (thrown) {
      error = thrown;
      break;
    }
    const now = runtime.now();
    const took = Math.round((now - start) * 1e6);
    sum += took;
    max = Math.max(max, took);
    min = Math.min(min, took);
    count++;
    if (now > end) break;
  }
  if (count === 0) return { result: undefined, error };
  const duration = "duration" in limit ? limit.duration : undefined;
  return { result: { count, average: Math.floor(sum / count), max, min, duration }, error };
}

export function formatResult({ count, average, max, min, duration }: FloodResult): string {
  return (
    (duration === undefined ? "" : `IPC Flood test duration: ${duration}ms\n`) +
    `IPC Flood count: ${count}\nAvg response time: ${average}ns\nMax response time: ${max}ns\nMin response time: ${min}ns\n`
  );
}
