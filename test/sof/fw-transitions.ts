import type { FwState } from "@auxbus/snd_sof";
import { expect } from "vitest";

/** Where the firmware may go from each state. */
const NEXT: Readonly<Record<FwState, readonly FwState[]>> = {
  NOT_STARTED: ["PREPARE"],
  PREPARE: ["IN_PROGRESS", "FAILED"],
  // It never says that it is ready, or it says something else.
  IN_PROGRESS: ["READY_OK", "READY_FAILED", "FAILED"],
  READY_OK: ["COMPLETE"],
  READY_FAILED: ["FAILED"],
  FAILED: ["NOT_STARTED", "PREPARE"],
  COMPLETE: ["CRASHED", "NOT_STARTED"],
  CRASHED: ["NOT_STARTED"],
};

export function expectLegal(states: readonly FwState[]): void {
  for (const [i, state] of states.entries()) {
    const next = states[i + 1];
    if (next !== undefined) expect(NEXT[state], `from ${state} to ${next}`).toContain(next);
  }
  expect(states.at(-1), "at the end").toBe("NOT_STARTED");
}
