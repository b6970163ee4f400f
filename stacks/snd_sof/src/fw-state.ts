/** Where the firmware is in its life, in the order of the kernel's numbers. */
export const FW_STATES = [
  "NOT_STARTED",
  "PREPARE",
  "IN_PROGRESS",
  "FAILED",
  "READY_FAILED",
  "READY_OK",
  "COMPLETE",
  "CRASHED",
] as const;

export type FwState = (typeof FW_STATES)[number];

/** The transitions that clients are told about. */
export function clientsCare(state: FwState): boolean {
  return state === "NOT_STARTED" || state === "COMPLETE" || state === "CRASHED";
}
