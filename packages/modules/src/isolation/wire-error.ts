import { BusError, isErrno } from "auxbus";

/** An error as it crosses a border. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: unknown;
  readonly reason?: string;
  readonly op?: string | undefined;
  readonly device?: string | undefined;
  readonly driver?: string | undefined;
  readonly cause?: WireError;
}

/** How many causes of causes are taken along. */
const MOST_CAUSES = 5;

export function errorToWire(error: Error, depth = 0): WireError {
  const { name, message, stack, cause } = error;
  const code = "code" in error && isSimple(error.code) ? error.code : undefined;
  const because = cause instanceof Error && depth < MOST_CAUSES ? { cause: errorToWire(cause, depth + 1) } : {};
  if (!(error instanceof BusError)) return { name, message, stack, code, ...because };
  const { reason, op, device, driver } = error;
  return { name, message, stack, code, reason, op, device, driver, ...because };
}

/** A `BusError` again if it was one; else an error with the same name and `code`. */
export function errorFromWire(wire: WireError): Error {
  const cause = wire.cause === undefined ? {} : { cause: errorFromWire(wire.cause) };
  if (wire.reason !== undefined && isErrno(wire.code)) {
    const { op, device, driver } = wire;
    return withStack(new BusError(wire.code, wire.reason, { op, device, driver, ...cause }), wire.stack);
  }
  const error = withStack(new Error(wire.message, cause), wire.stack);
  Object.defineProperty(error, "name", { value: wire.name, configurable: true });
  if (wire.code !== undefined) Object.assign(error, { code: wire.code });
  return error;
}

function withStack<E extends Error>(error: E, stack: string | undefined): E {
  // Where it was thrown, not where it was unpacked.
  if (stack !== undefined) error.stack = stack;
  return error;
}

function isSimple(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number";
}
