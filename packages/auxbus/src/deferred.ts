import { attachDevice } from "./attach.ts";
import type { DriverCore } from "./core.ts";
import type { Device } from "./device.ts";
import { BusError } from "./errors.ts";
import { isPending, type MaybePromise } from "./maybe-promise.ts";
import { movePowerOrderToEnd } from "./power-order.ts";

/** A device that waits for something to appear. */
export interface DeferredProbe {
  readonly device: Device;
  /** What its last probe said is missing. */
  readonly reason: string;
}

/**
 * Probes that were put off (`EPROBE_DEFER`). Each time any driver has bound to any device, every waiting device
 * is tried again, one after the other, beside whatever goes on: the kernel's deferred probe worker.
 */
export class DeferredProbes {
  readonly #core: DriverCore;
  readonly #pending = new Set<Device>();
  readonly #active = new Set<Device>();
  #triggers = 0;
  #working = false;
  #blocked = 0;
  /** When the kernel would stop waiting for drivers that may never come; see `check`. */
  #deadline: number;
  #expired = false;
  #timerSet = false;

  /** @internal */
  constructor(core: DriverCore) {
    this.#core = core;
    this.#deadline = core.runtime.now() + core.deferredProbeTimeout;
  }

  /** The waiting devices, in the order in which they will be tried. */
  list(): DeferredProbe[] {
    return [...this.#pending].map((device) => ({ device, reason: device.extras?.deferredReason ?? "" }));
  }

  /** Whether the device waits, or is about to be tried again. */
  has(device: Device): boolean {
    return this.#pending.has(device) || this.#active.has(device);
  }

  /** How often something has changed that waiting devices may have waited for. */
  get triggers(): number {
    return this.#triggers;
  }

  /**
   * For a probe whose dependency is optional: throws "not yet" as long as the dependency may still come, and
   * gives up `deferredProbeTimeout` after the last driver registration (`driver_deferred_probe_check_state`).
   *
   * @throws {BusError} `EPROBE_DEFER` keep waiting; `ETIMEDOUT` go on without it
   */
  check(device: Device, dependency: string): never {
    const details = { op: "probe", device: device.name };
    if (!this.#isOver()) throw new BusError("EPROBE_DEFER", `waiting for ${dependency}`, details);
    throw new BusError("ETIMEDOUT", `${dependency} did not come; go on without it`, details);
  }

  #isOver(): boolean {
    if (!this.#expired && this.#core.runtime.now() >= this.#deadline) this.#expired = true;
    return this.#expired;
  }

  /** @internal A driver registration gives the missing drivers more time. */
  extend(): void {
    if (!this.#isOver()) this.#deadline = this.#core.runtime.now() + this.#core.deferredProbeTimeout;
  }

  /** @internal Nothing is probed now: the system sleeps or shuts down. */
  get blocked(): boolean {
    return this.#blocked > 0;
  }

  /** @internal */
  block(): void {
    this.#blocked++;
  }

  /** @internal */
  unblock(): void {
    if (--this.#blocked === 0) this.trigger();
  }

  /** @internal */
  add(device: Device, reason: string): void {
    if (device.dead) return;
    device.more.deferredReason = reason;
    if (!this.#active.has(device)) this.#pending.add(device);
    this.#armTimer();
  }

  /** @internal */
  delete(device: Device): void {
    if (this.#pending.size === 0 && this.#active.size === 0) return;
    this.#pending.delete(device);
    this.#active.delete(device);
    if (device.extras !== null) device.extras.deferredReason = null;
  }

  /** @internal Something has changed: every waiting device gets another chance. */
  trigger(): void {
    this.#triggers++;
    this.retry();
  }

  /**
   * @internal The chance itself. What was missed because a probe was running is made up for by this alone, and
   * does not count as a change: or two slow probes that both defer would keep each other busy for ever.
   */
  retry(): void {
    if (this.#pending.size === 0) return;
    for (const device of this.#pending) this.#active.add(device);
    this.#pending.clear();
    if (this.#working) return;
    this.#working = true;
    this.#core.work.schedule(() => this.#work());
  }

  #work(): MaybePromise<void> {
    for (const device of this.#active) {
      this.#active.delete(device);
      movePowerOrderToEnd(device);
      if (device.bus === null || !device.bus.autoprobe) continue;
      const result = attachDevice(device, true);
      if (isPending(result)) return result.then(() => this.#work());
    }
    this.#working = false;
    return undefined;
  }

  /** When the time for missing drivers is over, everybody is tried once more, so that `check` can tell them. */
  #armTimer(): void {
    if (this.#timerSet || this.#expired) return;
    this.#timerSet = true;
    const { runtime, log } = this.#core;
    runtime.setTimer(
      () => {
        this.#timerSet = false;
        if (this.#pending.size === 0) return;
        if (!this.#isOver()) {
          this.#armTimer();
          return;
        }
        this.trigger();
        this.#core.work.schedule(() => {
          for (const { device, reason } of this.list()) {
            log.warn(`${device.name}: deferred probe pending: ${reason === "" ? "(reason unknown)" : reason}`, {
              device: device.name,
            });
          }
        });
      },
      Math.max(0, this.#deadline - runtime.now()),
    );
  }
}
