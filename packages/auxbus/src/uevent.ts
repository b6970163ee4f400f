import type { Device } from "./device.ts";
import { BusError } from "./errors.ts";
import type { Runtime } from "./runtime.ts";

/** What can happen to a device or driver (the kernel's `kobject_action`). */
export const UEVENT_ACTIONS = ["add", "remove", "change", "move", "online", "offline", "bind", "unbind"] as const;

export type UeventAction = (typeof UEVENT_ACTIONS)[number];

const ACTIONS: ReadonlySet<string> = new Set(UEVENT_ACTIONS);

export function isUeventAction(value: string): value is UeventAction {
  return ACTIONS.has(value);
}

/** The action that was written to a `uevent` file. @throws {BusError} `EINVAL` it is none */
export function writtenAction(value: string): UeventAction {
  const [action = ""] = value.split(" ");
  if (isUeventAction(action)) return action;
  throw new BusError("EINVAL", `${action || "an empty text"} is not a uevent action`, { op: "uevent" });
}

/** One uevent, as the kernel broadcasts it. */
export interface Uevent {
  /** Counts every uevent of the bus, heard or not; a gap means that something was missed. */
  readonly seqnum: number;
  readonly action: UeventAction;
  /** `/devices/…` of a device, `/bus/…/drivers/…` of a driver. */
  readonly devpath: string;
  /** The bus of a device, `drivers` for a driver, `devlink` for a device link. */
  readonly subsystem: string | undefined;
  /** `MODALIAS`, `DRIVER` and what the bus adds. */
  readonly env: Readonly<Record<string, string>>;
  readonly device: Device | undefined;
  /** Milliseconds on the runtime's clock. */
  readonly time: number;
}

/** Stands in a stream where a slow reader has missed uevents. */
export interface UeventOverflow {
  readonly action: "overflow";
  /** How many uevents were dropped here. */
  readonly lost: number;
}

export interface UeventStreamOptions {
  /** How many unread uevents are kept (1024); the oldest are dropped first. */
  readonly capacity?: number;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
}

/** Every uevent of one bus core, in the kernel's order. */
export class Uevents {
  readonly #runtime: Runtime;
  readonly #failed: (error: unknown) => void;
  readonly #subscribers = new Set<(event: Uevent) => void>();
  #seqnum = 0;

  /** @internal @param failed hears of subscribers that throw */
  constructor(runtime: Runtime, failed: (error: unknown) => void) {
    this.#runtime = runtime;
    this.#failed = failed;
  }

  /** The number of the last uevent. */
  get seqnum(): number {
    return this.#seqnum;
  }

  /**
   * Calls `fn` for every uevent from now on, at the very place in the order of events where it happens. What it
   * throws is logged, and stops nothing.
   */
  subscribe(fn: (event: Uevent) => void): Disposable {
    // A subscription of its own for each call, so that disposing of one never ends another.
    const subscriber = (event: Uevent): void => fn(event);
    this.#subscribers.add(subscriber);
    return { [Symbol.dispose]: () => void this.#subscribers.delete(subscriber) };
  }

  /**
   * The uevents from now on, for readers that take their time. What does not fit into the buffer is dropped,
   * oldest first, and an `overflow` entry says how many.
   */
  stream(options: UeventStreamOptions = {}): AsyncIterableIterator<Uevent | UeventOverflow> {
    return new UeventStream(this, options);
  }

  /** @internal */
  emit(
    action: UeventAction,
    devpath: () => string,
    subsystem: string | undefined,
    env: () => Readonly<Record<string, string>>,
    device?: Device,
  ): void {
    this.#seqnum++;
    if (this.#subscribers.size === 0) return;
    const event: Uevent = {
      seqnum: this.#seqnum,
      action,
      devpath: devpath(),
      subsystem,
      env: env(),
      device,
      time: this.#runtime.now(),
    };
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(event);
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  /** @internal Counts a uevent that nobody listens to: true when it is worth building. */
  get heard(): boolean {
    return this.#subscribers.size > 0;
  }

  /** @internal */
  skip(): void {
    this.#seqnum++;
  }
}

type StreamItem = Uevent | UeventOverflow;

class UeventStream implements AsyncIterableIterator<StreamItem> {
  readonly #capacity: number;
  readonly #subscription: Disposable;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#end();
  #buffer: Uevent[] = [];
  #lost = 0;
  #waiting: ((result: IteratorResult<StreamItem>) => void)[] = [];
  #ended = false;

  constructor(uevents: Uevents, { capacity = 1024, signal }: UeventStreamOptions) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`a uevent stream's capacity is a whole number of at least 1, not ${capacity}`);
    }
    this.#capacity = capacity;
    this.#signal = signal;
    this.#subscription = uevents.subscribe((event) => this.#push(event));
    if (signal?.aborted === true) this.#end();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  #push(event: Uevent): void {
    const reader = this.#waiting.shift();
    if (reader !== undefined) {
      reader({ done: false, value: event });
      return;
    }
    if (this.#buffer.length === this.#capacity) {
      this.#buffer.shift();
      this.#lost++;
    }
    this.#buffer.push(event);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#subscription[Symbol.dispose]();
    this.#signal?.removeEventListener("abort", this.#onAbort);
    for (const reader of this.#waiting.splice(0)) reader({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<StreamItem>> {
    if (this.#lost > 0) {
      const lost = this.#lost;
      this.#lost = 0;
      return Promise.resolve({ done: false, value: { action: "overflow", lost } });
    }
    const event = this.#buffer.shift();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<StreamItem>> {
    this.#end();
    this.#buffer = [];
    this.#lost = 0;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
