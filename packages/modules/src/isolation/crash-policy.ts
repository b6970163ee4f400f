import type { AuxiliaryDevice } from "auxbus";

/** When crashed drivers are started again, and when no longer: with the figures of Windows' UMDF as defaults. */
export interface CrashPolicyOptions {
  /** Crashes within `window` after which a device is parked, and failed restarts after which a module is (5). */
  readonly most?: number | undefined;
  /** Milliseconds that a crash counts (30 minutes). */
  readonly window?: number | undefined;
  /** Crashes within `window` after which the drivers of a shared worker get workers of their own (2). */
  readonly separateAfter?: number | undefined;
  /** Milliseconds before the first restart (100); doubled for each further crash within `window`. */
  readonly backoff?: number | undefined;
  /** Milliseconds at most before a restart (10,000). */
  readonly longestBackoff?: number | undefined;
}

/** A device that is left without a driver because its driver has crashed too often. */
export interface Parked {
  readonly device: string;
  readonly driver: string;
  readonly reason: string;
  /** Milliseconds on the runtime's clock. */
  readonly since: number;
}

/** A worker or process has crashed. */
export interface CrashRecord {
  /** `worker 3`, `process 4711` */
  readonly host: string;
  /** The modules that were in it. */
  readonly modules: readonly string[];
  readonly why: string;
  /** The devices that have lost their driver; they are still to be unbound. */
  readonly lost: readonly { readonly device: AuxiliaryDevice; readonly module: string; readonly parked: boolean }[];
  /** Milliseconds on the runtime's clock. */
  readonly time: number;
}

/** Counts crashes; what is longer ago than the window does not count. */
export class CrashCount {
  readonly #window: number;
  #times: number[] = [];

  constructor(window: number) {
    this.#window = window;
  }

  add(now: number): void {
    this.#times = [...this.#times.filter((time) => now - time < this.#window), now];
  }

  count(now: number): number {
    return this.#times.filter((time) => now - time < this.#window).length;
  }
}

export class CrashPolicy {
  readonly #most: number;
  readonly #window: number;
  readonly #separateAfter: number;
  readonly #backoff: number;
  readonly #longestBackoff: number;
  readonly #devices = new Map<string, CrashCount>();
  readonly #parked = new Map<string, Parked>();

  constructor(options: CrashPolicyOptions = {}) {
    this.#most = options.most ?? 5;
    this.#window = options.window ?? 30 * 60_000;
    this.#separateAfter = options.separateAfter ?? 2;
    this.#backoff = options.backoff ?? 100;
    this.#longestBackoff = options.longestBackoff ?? 10_000;
  }

  newCount(): CrashCount {
    return new CrashCount(this.#window);
  }

  /** The driver of this device has crashed. */
  crashed(device: string, driver: string, why: string, now: number): void {
    const count = this.#devices.get(device) ?? this.newCount();
    this.#devices.set(device, count);
    count.add(now);
    if (count.count(now) < this.#most) return;
    const minutes = Math.round(this.#window / 60_000);
    const reason = `parked after ${this.#most} crashes of ${driver} in ${minutes} minutes, the last one: ${why}`;
    this.#parked.set(device, { device, driver, reason, since: now });
  }

  /** Why no driver is tried on this device any more. */
  parked(device: string): Parked | undefined {
    return this.#parked.get(device);
  }

  /** All devices that are parked. */
  list(): Parked[] {
    return [...this.#parked.values()];
  }

  /** Forgets the device's crashes; it may be probed again. @returns whether it was parked */
  reset(device: string): boolean {
    this.#devices.delete(device);
    return this.#parked.delete(device);
  }

  /** Whether the drivers of a shared worker that has crashed so often get workers of their own. */
  separates(crashes: number): boolean {
    return crashes >= this.#separateAfter;
  }

  /** Whether a module that could not be started again so often in a row is given up. */
  givesUp(failures: number): boolean {
    return failures >= this.#most;
  }

  /** Milliseconds until a host that has crashed so often is started again. */
  delay(crashes: number): number {
    return Math.min(this.#longestBackoff, this.#backoff * 2 ** (crashes - 1));
  }
}
