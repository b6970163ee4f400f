import type { Binding } from "./binding.ts";
import type { Device } from "./device.ts";
import type { Driver } from "./driver.ts";
import type { Errno } from "./errors.ts";
import type { RuntimeStatus } from "./runtime-state.ts";
import type { Runtime } from "./runtime.ts";

/**
 * Something that has happened inside the driver core and that no uevent tells. `time` and `ms` are milliseconds on
 * the runtime's clock.
 */
export type TraceRecord =
  /**
   * A probe has ended after `ms`, or the driver was refused before it (0 ms): a supplier is missing, or the contract
   * has another version. What was not even tried, such as a device that is bound already, is not told.
   */
  | {
      readonly point: "probe";
      readonly device: Device;
      readonly driver: Driver;
      readonly result: "bound" | Errno;
      readonly error?: unknown;
      readonly ms: number;
      readonly time: number;
    }
  /** A driver was unbound: its `remove` and the release of its managed resources took `ms`. */
  | {
      readonly point: "remove";
      readonly device: Device;
      readonly driver: Driver;
      readonly ms: number;
      readonly time: number;
    }
  /** The runtime PM of a device (the kernel's `rpm_status`); `error` when a callback has failed and stopped it. */
  | {
      readonly point: "rpm";
      readonly device: Device;
      readonly status: RuntimeStatus | "error";
      readonly time: number;
    }
  /** System sleep: all devices were suspended, or are awake again. */
  | { readonly point: "system"; readonly status: "suspended" | "active"; readonly time: number };

/**
 * What the core tells to those who measure and record, as the kernel's tracepoints do: for nothing, when nobody
 * listens. Whoever has something to tell asks `heard` before all else.
 */
export class Tracepoints {
  readonly #runtime: Runtime;
  readonly #failed: (error: unknown) => void;
  readonly #subscribers = new Set<(record: TraceRecord) => void>();
  /** When the probe or remove that is going on in a binding has begun, if somebody listened then. */
  #began = new WeakMap<Binding, number>();

  /** @internal @param failed hears of subscribers that throw */
  constructor(runtime: Runtime, failed: (error: unknown) => void) {
    this.#runtime = runtime;
    this.#failed = failed;
  }

  /**
   * Calls `fn` at each tracepoint from now on, within what it tells of. Of a probe or remove that has begun before,
   * it does not hear. What it throws is logged, and stops nothing.
   */
  subscribe(fn: (record: TraceRecord) => void): Disposable {
    // A subscription of its own for each call, so that disposing of one never ends another.
    const subscriber = (record: TraceRecord): void => fn(record);
    this.#subscribers.add(subscriber);
    return {
      [Symbol.dispose]: () => {
        this.#subscribers.delete(subscriber);
        if (!this.heard) this.#began = new WeakMap();
      },
    };
  }

  /** @internal Somebody listens: it is worth looking at the clock. */
  get heard(): boolean {
    return this.#subscribers.size > 0;
  }

  /** @internal A probe or a remove begins. */
  begin(binding: Binding): void {
    this.#began.set(binding, this.#runtime.now());
  }

  /** @internal */
  probed(binding: Binding, result: "bound" | Errno, error?: unknown): void {
    const { device, driver } = binding;
    const took = this.#end(binding);
    if (took !== undefined) this.#emit({ point: "probe", device, driver, result, error, ...took });
  }

  /** @internal The driver was not even called. */
  refused(device: Device, driver: Driver, result: Errno, error: unknown): void {
    this.#emit({ point: "probe", device, driver, result, error, ms: 0, time: this.#runtime.now() });
  }

  /** @internal */
  removed(binding: Binding): void {
    const { device, driver } = binding;
    const took = this.#end(binding);
    if (took !== undefined) this.#emit({ point: "remove", device, driver, ...took });
  }

  /** @internal */
  runtimePm(device: Device, status: RuntimeStatus | "error"): void {
    this.#emit({ point: "rpm", device, status, time: this.#runtime.now() });
  }

  /** @internal */
  system(status: "suspended" | "active"): void {
    this.#emit({ point: "system", status, time: this.#runtime.now() });
  }

  #end(binding: Binding): { readonly ms: number; readonly time: number } | undefined {
    const began = this.#began.get(binding);
    if (began === undefined) return undefined;
    this.#began.delete(binding);
    const time = this.#runtime.now();
    return { ms: time - began, time };
  }

  #emit(record: TraceRecord): void {
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(record);
      } catch (error) {
        this.#failed(error);
      }
    }
  }
}
