/** Error numbers of Linux (asm-generic); the names are what `BusError.code` carries. */
const NUMBERS = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENOSPC: 28,
  EROFS: 30,
  EPIPE: 32,
  ERANGE: 34,
  EDEADLK: 35,
  ENOSYS: 38,
  ENODATA: 61,
  EPROTO: 71,
  EOVERFLOW: 75,
  EOPNOTSUPP: 95,
  EPROTONOSUPPORT: 93,
  EMSGSIZE: 90,
  EADDRINUSE: 98,
  ENETDOWN: 100,
  ECONNRESET: 104,
  ENOBUFS: 105,
  ESHUTDOWN: 108,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTUNREACH: 113,
  EALREADY: 114,
  ECANCELED: 125,
  EPROBE_DEFER: 517,
} as const;

/** The errno names that the bus and its drivers use. */
export type Errno = keyof typeof NUMBERS;

export interface BusErrorDetails {
  /** The operation that failed, for example `"add"`. */
  readonly op?: string | undefined;
  /** The name of the device it was done to. */
  readonly device?: string | undefined;
  /** The name of the driver that took part. */
  readonly driver?: string | undefined;
  readonly cause?: unknown;
}

/** Every error of the bus: an errno name, what was being done to what, and what to do about it. */
export class BusError extends Error {
  override readonly name: string = "BusError";
  readonly code: Errno;
  /** The message without the errno. */
  readonly reason: string;
  readonly op: string | undefined;
  readonly device: string | undefined;
  readonly driver: string | undefined;

  constructor(code: Errno, message: string, details: BusErrorDetails = {}) {
    super(`${code}: ${message}`, "cause" in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.reason = message;
    this.op = details.op;
    this.device = details.device;
    this.driver = details.driver;
  }

  /** The positive Linux error number of `code`. */
  get errno(): number {
    return NUMBERS[this.code];
  }
}

/** Whether `value` names an errno. */
export function isErrno(value: unknown): value is Errno {
  return typeof value === "string" && Object.hasOwn(NUMBERS, value);
}

/**
 * The errno of anything that was thrown: the `code` of a `BusError` or of another error that carries an errno
 * name (as Node's do), `EIO` for everything else.
 */
export function errnoOf(error: unknown): Errno {
  if (typeof error !== "object" || error === null || !("code" in error)) return "EIO";
  // Two names of one number, of which Node takes the other one.
  if (error.code === "ENOTSUP") return "EOPNOTSUPP";
  return isErrno(error.code) ? error.code : "EIO";
}

/** What was thrown as an `Error`: itself if it is one, else a `BusError` around it. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new BusError(errnoOf(thrown), String(thrown), { cause: thrown });
}

/**
 * Called in a probe that cannot succeed yet, because something it needs is not there: the device is put on the
 * deferred list and probed again each time any driver has bound to any device.
 *
 * @param reason what is missing; `explain()` and the deferred list show it (the kernel's `dev_err_probe`)
 * @throws {BusError} `EPROBE_DEFER`, always
 */
export function deferProbe(reason: string): never {
  throw new BusError("EPROBE_DEFER", reason);
}
