import type { Device } from "./device.ts";
import type { Driver } from "./driver.ts";
import type { Errno } from "./errors.ts";

/** Something that has happened inside the driver core and that no uevent tells. Times are those of the runtime's clock. */
export type TraceRecord =
  /** A probe has ended, or the driver was refused before it. `ms`: how long it took. */
  | {
      readonly point: "probe";
      readonly device: Device;
      readonly driver: Driver;
      readonly result: "bound" | Errno;
      readonly error?: unknown;
      readonly ms: number;
      readonly time: number;
    }
  /** A driver's `remove` has ended. */
  | {
      readonly point: "remove";
      readonly device: Device;
      readonly driver: Driver;
      readonly ms: number;
      readonly time: number;
    }
  /** Runtime PM has suspended or resumed a device. */
  | { readonly point: "rpm"; readonly device: Device; readonly status: "active" | "suspended"; readonly time: number }
  /** All devices were suspended, or resumed. */
  | { readonly point: "system"; readonly status: "active" | "suspended"; readonly time: number };

/** What the core tells to those who measure and record, as the kernel's tracepoints do: for nothing, when nobody listens. */
export class Tracepoints {
  readonly #failed: (error: unknown) => void;
  readonly #subscribers = new Set<(record: TraceRecord) => void>();

  /** @internal @param failed hears of subscribers that throw */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** Calls `fn` at each of them from now on, within what it tells of. What it throws is logged, and stops nothing. */
  subscribe(fn: (record: TraceRecord) => void): Disposable {
    const subscriber = (record: TraceRecord): void => fn(record);
    this.#subscribers.add(subscriber);
    return { [Symbol.dispose]: () => void this.#subscribers.delete(subscriber) };
  }

  /** @internal Somebody listens: it is worth looking at the clock. */
  get heard(): boolean {
    return this.#subscribers.size > 0;
  }

  /** @internal */
  emit(record: TraceRecord): void {
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(record);
      } catch (error) {
        this.#failed(error);
      }
    }
  }
}
