import { BusError, toError } from "auxbus";

/** What was thrown, in words; its code is told beside. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof BusError ? thrown.reason : toError(thrown).message;
}
