import { BusError, type BusErrorDetails, type Errno, errnoOf, toError } from "./errors.ts";

/** Why a driver did not get a device. The error itself is made when somebody wants it: most failures nobody does. */
export class ProbeFailure {
  readonly code: Errno;
  /** In words, without the errno. */
  readonly reason: string;
  /** No other driver is to be tried now: the reason lies with the device, not with this driver. */
  readonly final: boolean;
  #error: Error | null = null;
  readonly #details: BusErrorDetails;

  constructor(code: Errno, reason: string, final: boolean, details: BusErrorDetails) {
    this.code = code;
    this.reason = reason;
    this.final = final;
    this.#details = details;
  }

  /** The failure of a probe that has thrown. */
  static of(thrown: unknown, details: BusErrorDetails): ProbeFailure {
    const error = toError(thrown);
    const failure = new ProbeFailure(
      errnoOf(thrown),
      error instanceof BusError ? error.reason : error.message,
      false,
      details,
    );
    failure.#error = error;
    return failure;
  }

  get error(): Error {
    return (this.#error ??= new BusError(this.code, this.reason, this.#details));
  }
}
