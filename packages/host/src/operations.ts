import { BusError, errnoOf } from "auxbus";
import type { Caller } from "./api/caller.ts";
import type { Journal } from "./journal.ts";
import { reasonOf } from "./reason.ts";

/** What is done, for the journal. */
export interface Operation {
  readonly op: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Path of the device that it is done to. */
  readonly device?: string | undefined;
  readonly driver?: string | undefined;
}

/** What has become of it. */
export interface Outcome<T> {
  readonly result: T;
  /** False: it is done, but could not be written down. */
  readonly journaled: boolean;
}

/** What has been done, for figures. */
export type OperationListener = (op: string, result: string, ms: number) => void;

/** Lets operators do things, and writes down who has done what with which result before they hear of it. */
export class Operations {
  readonly #journal: Journal;
  readonly #listeners = new Set<OperationListener>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  subscribe(fn: OperationListener): Disposable {
    this.#listeners.add(fn);
    return { [Symbol.dispose]: () => void this.#listeners.delete(fn) };
  }

  /** @throws {BusError} what `fn` throws; what is none of the bus becomes `EIO` with its message */
  async run<T>(caller: Caller, operation: Operation, fn: () => T | PromiseLike<T>): Promise<Outcome<T>> {
    const start = performance.now();
    try {
      const result = await fn();
      return { result, journaled: await this.#write(caller, operation, "ok", null, start) };
    } catch (thrown) {
      const error = thrown instanceof BusError ? thrown : fromForeign(thrown, operation.op);
      await this.#write(caller, operation, error.code, error.reason, start);
      throw error;
    }
  }

  #write(
    { who, role }: Caller,
    { op, args, device, driver }: Operation,
    result: string,
    message: string | null,
    start: number,
  ): Promise<boolean> {
    const ms = performance.now() - start;
    for (const listener of this.#listeners) listener(op, result, ms);
    return this.#journal.write({
      kind: "operation",
      device: device ?? null,
      driver: driver ?? null,
      data: { who, role, op, args: { ...args }, result, message, ms },
    });
  }
}

/** What a module or driver has thrown as it likes. */
function fromForeign(thrown: unknown, op: string): BusError {
  return new BusError(errnoOf(thrown), reasonOf(thrown), { op, cause: thrown });
}
