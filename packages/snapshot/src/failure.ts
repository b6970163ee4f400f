import { BusError, errnoOf, isErrno, toError } from "auxbus";
import { type Failure, inOneLine } from "./format.ts";

/** What went wrong, as it stands in a file. */
export function failureOf(thrown: unknown): Failure {
  const message = thrown instanceof BusError ? thrown.reason : toError(thrown).message;
  return { code: errnoOf(thrown), message: inOneLine(message.slice(0, 1024)) };
}

/** What went wrong when the snapshot was taken. */
export function thrownFor({ code, message }: Failure, op: string): BusError {
  return new BusError(isErrno(code) ? code : "EIO", `${message} (when the snapshot was taken)`, { op });
}

/** Why a file cannot be used, without its name, which the message has already. */
export function reasonOf(error: unknown): string {
  return toError(error).message.replace(/, \w+ '.*'$/s, "");
}
