/** Where the firmware is in its life. */
export type FwState =
  | "NOT_STARTED"
  | "PREPARE"
  | "IN_PROGRESS"
  | "FAILED"
  | "READY_FAILED"
  | "READY_OK"
  | "COMPLETE"
  | "CRASHED";

/** The states by their numbers. */
export const FW_STATE_NAMES: readonly FwState[] = [
  "NOT_STARTED",
  "PREPARE",
  "IN_PROGRESS",
  "FAILED",
  "READY_FAILED",
  "READY_OK",
  "COMPLETE",
  "CRASHED",
];

/** The transitions that clients are told about. */
export function clientsCare(state: FwState): boolean {
  return state === "NOT_STARTED" || state === "COMPLETE" || state === "CRASHED";
}
