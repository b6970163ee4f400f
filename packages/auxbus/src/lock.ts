import type { Device } from "./device.ts";
import { BusError } from "./errors.ts";
import { after, isPending, type MaybePromise } from "./maybe-promise.ts";
import type { CallContext } from "./runtime.ts";

/**
 * Somebody's turn with a device: what the holder of the kernel's `device_lock` is here. A hold knows the hold in
 * whose callback it was asked for, so that a wait that could never end is found before it begins.
 */
export class Hold {
  readonly device: Device;
  readonly parent: Hold | null;
  /** Devices that operations begun in this hold's callback wait for. */
  waits: Set<Device> | null = null;

  constructor(device: Device, parent: Hold | null) {
    this.device = device;
    this.parent = parent;
  }

  get live(): boolean {
    return this.device.hold === this;
  }
}

/** Knows in which callback the present call is made. */
export class Calls {
  readonly #context: CallContext | undefined;
  #current: Hold | null = null;

  constructor(context: CallContext | undefined) {
    this.#context = context;
  }

  /** The hold of the callback that the present call comes from; null outside callbacks. */
  current(): Hold | null {
    if (this.#current !== null) return this.#current;
    const stored = this.#context?.getStore();
    return stored instanceof Hold && stored.live ? stored : null;
  }

  /** Runs a callback of foreign code on behalf of `hold` (null: of nobody). */
  run<T>(hold: Hold | null, fn: () => T): T {
    const outer = this.#current;
    this.#current = hold;
    try {
      return this.#context === undefined ? fn() : this.#context.run(hold, fn);
    } finally {
      this.#current = outer;
    }
  }
}

/**
 * Runs `fn` when it is the caller's turn with `device`, first come first served: the kernel's `device_lock`.
 * When the device is free and `fn` synchronous, everything is done on return.
 *
 * @throws {BusError} `EDEADLK` when the wait would be for the callback that the call comes from
 */
export function withLock<T>(device: Device, op: string, fn: (hold: Hold) => MaybePromise<T>): MaybePromise<T> {
  const hold = new Hold(device, device.core.calls.current());
  if (device.hold === null) {
    device.hold = hold;
    return holding(hold, fn);
  }
  refuseDeadlock(device, op);
  for (let h = hold.parent; h !== null; h = h.parent) (h.waits ??= new Set()).add(device);
  return new Promise<void>((resolve) => {
    (device.queue ??= []).push({ hold, start: resolve });
  }).then(() => {
    for (let h = hold.parent; h !== null; h = h.parent) h.waits?.delete(device);
    return holding(hold, fn);
  });
}

/** A turn that is waited for. */
export interface Turn {
  readonly hold: Hold;
  readonly start: () => void;
}

function holding<T>(hold: Hold, fn: (hold: Hold) => MaybePromise<T>): MaybePromise<T> {
  let result: MaybePromise<T>;
  try {
    result = fn(hold);
  } catch (error) {
    release(hold);
    throw error;
  }
  if (!isPending(result)) {
    release(hold);
    return result;
  }
  return result.then(
    (value) => {
      release(hold);
      return value;
    },
    (error: unknown) => {
      release(hold);
      throw error;
    },
  );
}

/** Gives the device to whoever waits first; it is theirs at once, so that nobody can step in between. */
function release(hold: Hold): void {
  const { device } = hold;
  const next = device.queue?.shift();
  if (device.queue?.length === 0) device.queue = null;
  device.hold = next === undefined ? null : next.hold;
  next?.start();
}

/**
 * Lets go of the device while `fn` runs and takes it back: what unbinding a supplier does to unbind its
 * consumers. The same hold is used again, so whoever came in between has had their turn.
 */
export function unlocked(hold: Hold, fn: () => MaybePromise<void>): MaybePromise<void> {
  release(hold);
  const takeBack = (): MaybePromise<void> => {
    const { device } = hold;
    if (device.hold === null) {
      device.hold = hold;
      return undefined;
    }
    return new Promise<void>((resolve) => {
      (device.queue ??= []).push({ hold, start: resolve });
    });
  };
  const failed = (error: unknown): MaybePromise<never> =>
    after(takeBack(), () => {
      throw error;
    });
  let result: MaybePromise<void>;
  try {
    result = fn();
  } catch (error) {
    return failed(error);
  }
  return isPending(result) ? result.then(takeBack, failed) : takeBack();
}

/** @throws {BusError} `EDEADLK` when the callback that the present call comes from would wait for itself. */
export function refuseDeadlock(device: Device, op: string): void {
  const chain = new Set<Hold>();
  for (let h = device.core.calls.current(); h !== null; h = h.parent) if (h.live) chain.add(h);
  if (chain.size === 0 || device.hold === null || !waitsForAny(device.hold, chain, new Set())) return;
  throw new BusError(
    "EDEADLK",
    `${op} of ${device.name} was called from a callback that it would have to wait for; ` +
      `let the callback return first (core.runtime.defer, or do not await it there)`,
    { op, device: device.name },
  );
}

function waitsForAny(hold: Hold, chain: ReadonlySet<Hold>, seen: Set<Hold>): boolean {
  if (chain.has(hold)) return true;
  if (seen.has(hold)) return false;
  seen.add(hold);
  for (const device of hold.waits ?? []) {
    if (device.hold !== null && waitsForAny(device.hold, chain, seen)) return true;
  }
  return false;
}
