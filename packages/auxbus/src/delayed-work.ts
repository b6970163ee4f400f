import type { DriverCore } from "./core.ts";
import { toError } from "./errors.ts";
import type { Timer } from "./runtime.ts";

/**
 * Something that a driver does later and on nobody's behalf (the kernel's `delayed_work`): scheduled again before it
 * runs, it runs once; scheduled while it runs, it runs once more. What it throws is logged.
 *
 * It may wait for device locks that whoever schedules it holds.
 */
export class DelayedWork {
  readonly #core: DriverCore;
  readonly #fn: () => void | PromiseLike<void>;
  #timer: Timer | null = null;
  #deferred = false;
  #again = false;
  #disabled = false;
  #running: Promise<void> | null = null;

  constructor(core: DriverCore, fn: () => void | PromiseLike<void>) {
    this.#core = core;
    this.#fn = fn;
  }

  /** It will run. */
  get pending(): boolean {
    return this.#timer !== null || this.#deferred || this.#again;
  }

  get running(): boolean {
    return this.#running !== null;
  }

  /** @param ms milliseconds until it runs; 0: soon. Nothing changes when it is going to run already */
  schedule(ms = 0): void {
    if (this.#disabled || this.pending) return;
    if (ms > 0) {
      this.#timer = this.#core.runtime.setTimer(() => {
        this.#timer = null;
        this.#start();
      }, ms);
      return;
    }
    this.#deferred = true;
    this.#core.runtime.defer(() => {
      if (!this.#deferred) return;
      this.#deferred = false;
      this.#start();
    });
  }

  /**
   * It does not run any more unless it is scheduled again, and has ended when this resolves (`cancel_work_sync`).
   * Never call it from the work itself.
   */
  async cancel(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    this.#deferred = false;
    this.#again = false;
    await this.#running;
  }

  /** As `cancel`, and from now on scheduling has no effect (`disable_work_sync`). */
  async disable(): Promise<void> {
    this.#disabled = true;
    await this.cancel();
  }

  /** Scheduling works again. */
  enable(): void {
    this.#disabled = false;
  }

  #start(): void {
    if (this.#running !== null) {
      this.#again = true;
      return;
    }
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (!this.#again) return;
      this.#again = false;
      this.schedule();
    });
  }

  async #run(): Promise<void> {
    try {
      await this.#core.calls.run(null, this.#fn);
    } catch (error) {
      this.#core.log.error(`delayed work failed: ${toError(error).message}`, { error });
    }
  }
}
