import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { BusError, type Errno, errnoOf, toError } from "auxbus";

/** A refusal of the API itself, before the bus is asked. */
export class ApiError extends Error {
  override readonly name: string = "ApiError";
  readonly status: 400 | 401 | 403 | 404 | 405 | 411 | 413 | 415 | 429 | 503;
  readonly code: Errno;

  constructor(status: ApiError["status"], code: Errno, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const STATUS: Partial<Record<Errno, 400 | 403 | 404 | 409 | 413 | 503 | 507>> = {
  EINVAL: 400,
  ERANGE: 400,
  EISDIR: 400,
  ENOTDIR: 400,
  EPERM: 403,
  EACCES: 403,
  ENOENT: 404,
  ENODEV: 404,
  EAGAIN: 409,
  EBUSY: 409,
  EEXIST: 409,
  EDEADLK: 409,
  EPROBE_DEFER: 409,
  ESHUTDOWN: 503,
  ENOSPC: 507,
};

/** Answers with what went wrong. What is no `BusError` is a mistake of the host itself. */
export function answerError(context: Context, thrown: unknown, log: (error: Error) => void): Response {
  if (thrown instanceof ApiError) {
    return context.json({ error: { code: thrown.code, message: thrown.message } }, thrown.status);
  }
  if (thrown instanceof HTTPException) {
    return context.json({ error: { code: errnoOfStatus(thrown.status), message: thrown.message } }, thrown.status);
  }
  if (thrown instanceof BusError) {
    const { code, reason: message, device, driver } = thrown;
    const error = { code, message, ...(device && { device }), ...(driver && { driver }) };
    return context.json({ error }, STATUS[code] ?? 422);
  }
  log(toError(thrown));
  return context.json(
    { error: { code: errnoOf(thrown), message: "the host has made a mistake; its log has more" } },
    500,
  );
}

function errnoOfStatus(status: number): Errno {
  return status === 413 ? "EMSGSIZE" : status === 404 ? "ENOENT" : "EINVAL";
}
