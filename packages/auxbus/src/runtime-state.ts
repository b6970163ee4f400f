import { Autosuspend } from "./autosuspend.ts";
import type { Device } from "./device.ts";
import { BusError, type Errno, errnoOf } from "./errors.ts";
import { HeldSuppliers } from "./held-suppliers.ts";
import { PmRequests } from "./pm-requests.ts";
import { PowerTimes } from "./power-times.ts";
import type { RuntimePm } from "./runtime-pm.ts";

/** Whether a device is in use, as the kernel's `runtime_status` file names it. */
export type RuntimeStatus = "active" | "suspended" | "resuming" | "suspending";

/**
 * The state that a device is in by runtime PM, and the transitions between them, one after the other: resume,
 * suspend, and idle, which decides. Whoever uses the device is counted here and known to `RuntimePm`.
 */
export class RuntimeState {
  /** How many users keep the device active. */
  usage = 0;
  /** How many children keep it active. */
  activeChildren = 0;
  /** How often runtime PM was switched off; 0 is on. */
  disableDepth = 1;
  readonly autosuspend: Autosuspend;
  readonly suppliers: HeldSuppliers;
  readonly requests: PmRequests;
  readonly #device: Device;
  readonly #times: PowerTimes;
  #status: RuntimeStatus = "suspended";
  #error: Errno | null = null;
  #transition: Promise<void> | null = null;

  constructor(device: Device) {
    this.#device = device;
    this.#times = new PowerTimes(device.core.runtime);
    this.suppliers = new HeldSuppliers(device);
    this.requests = new PmRequests(device);
    this.autosuspend = new Autosuspend(device.core.runtime, () => this.requests.soon(() => this.suspend(true)));
  }

  get status(): RuntimeStatus {
    return this.#status;
  }

  /** What an earlier callback has failed with: until the status is declared, nothing more happens. */
  get error(): Errno | null {
    return this.#error;
  }

  get times(): { readonly active: number; readonly suspended: number } {
    return this.#times.read(this.#powered);
  }

  /** Until the transition that is going on has ended. */
  settled(): Promise<void> | null {
    return this.#transition;
  }

  /** Says what the device is now. @throws {BusError} `EAGAIN` runtime PM is on; `EBUSY` the parent is not active */
  declare(status: "active" | "suspended", op: string): void {
    if (this.disableDepth === 0 && this.#error === null) {
      throw this.fail("EAGAIN", op, "runtime PM is on; declare the status while it is off");
    }
    if (status === "active" && this.#status !== "active") {
      const parent = this.#parent;
      if (parent?.enabled === true && parent.status !== "active")
        throw this.fail("EBUSY", op, "its parent is not active");
    }
    const failed = this.#error !== null;
    this.#error = null;
    if (this.#status !== status) {
      if (status === "active") this.#become(status);
      else this.#fallAsleep();
    } else if (failed) this.#enter(status);
  }

  async resume(): Promise<0 | 1> {
    for (;;) {
      if (this.#error !== null) throw this.fail("EINVAL", "resume", `an earlier callback failed (${this.#error})`);
      if (this.disableDepth > 0) {
        if (this.#status === "active") return 1;
        throw this.fail("EACCES", "resume", "runtime PM is off; enable it first");
      }
      this.autosuspend.cancel();
      this.requests.cancelIdle();
      if (this.#transition === null) break;
      await this.#transition;
    }
    if (this.#status === "active") return 1;
    await this.#during(() => this.#doResume());
    this.requestIdle();
    return 0;
  }

  async #doResume(): Promise<void> {
    this.#enter("resuming");
    const parent = this.#parent;
    try {
      if (parent !== null && parent.enabled) {
        parent.getNoResume();
        await parent.resume().catch(() => undefined);
        if (parent.status !== "active") throw this.fail("EBUSY", "resume", "its parent could not be resumed");
      }
      await this.suppliers.hold();
      await this.#callback("runtimeResume");
    } catch (error) {
      this.#enter("suspended");
      this.suppliers.release();
      if (parent !== null && parent.enabled) parent.put();
      throw error;
    }
    this.#become("active");
    this.autosuspend.markLastBusy();
    if (parent !== null && parent.enabled) parent.put();
  }

  async idle(): Promise<0 | 1> {
    this.#mayDrop("idle");
    if (this.#status !== "active") {
      if (this.#status === "suspended") return 1;
      throw this.fail("EAGAIN", "idle", `it is ${this.#status}`);
    }
    this.requests.cancelIdle();
    await this.#callback("runtimeIdle");
    return this.suspend(true);
  }

  /** Lets the device idle soon. */
  requestIdle(): void {
    this.requests.idle(() => this.idle());
  }

  /** @param auto only when the autosuspend delay is over, if there is one */
  async suspend(auto: boolean): Promise<0 | 1> {
    for (;;) {
      this.#mayDrop("suspend");
      if (this.#status === "suspended") return 1;
      if (this.#status === "resuming") throw this.fail("EAGAIN", "suspend", "it is being resumed");
      if (auto && this.#status === "active" && this.autosuspend.waits()) return 0;
      this.requests.cancelIdle();
      if (this.#transition === null) break;
      await this.#transition;
    }
    this.autosuspend.cancel();
    await this.#during(() => this.#doSuspend());
    return 0;
  }

  async #doSuspend(): Promise<void> {
    this.#enter("suspending");
    try {
      await this.#callback("runtimeSuspend");
    } catch (error) {
      this.#enter("active");
      this.requests.cancelIdle();
      throw error;
    }
    this.#fallAsleep();
  }

  /** The driver was unbound: without runtime PM, the device is as it was before its first use. */
  reinit(): void {
    this.autosuspend.cancel();
    if (this.disableDepth === 0) return;
    const failed = this.#error !== null;
    this.#error = null;
    if (this.#status === "active") this.#fallAsleep();
    else if (failed) this.#enter(this.#status);
  }

  /** Neither parent nor suppliers are needed any more. */
  #fallAsleep(): void {
    this.#become("suspended");
    this.suppliers.release();
    this.#parent?.idleSoon();
  }

  #mayDrop(op: string): void {
    if (this.#error !== null) throw this.fail("EINVAL", op, `an earlier callback failed (${this.#error})`);
    if (this.disableDepth > 0) throw this.fail("EACCES", op, "runtime PM is off; enable it first");
    if (this.usage > 0) throw this.fail("EAGAIN", op, "it is in use");
    if (this.activeChildren > 0) throw this.fail("EBUSY", op, "it has active children");
  }

  async #during(change: () => Promise<void>): Promise<void> {
    const running = change();
    const settled = running.then(
      () => undefined,
      () => undefined,
    );
    this.#transition = settled;
    try {
      await running;
    } finally {
      if (this.#transition === settled) this.#transition = null;
    }
  }

  async #callback(name: "runtimeSuspend" | "runtimeResume" | "runtimeIdle"): Promise<void> {
    const binding = this.#device.binding;
    const pm = binding?.driver.definition.pm;
    if (pm?.[name] === undefined) return;
    try {
      const { calls } = this.#device.core;
      const result = calls.run(calls.current(), () => pm[name]?.(this.#device));
      await binding?.within(name, result, binding.removeTimeout);
    } catch (error) {
      const code = errnoOf(error);
      if (name !== "runtimeIdle" && code !== "EAGAIN" && code !== "EBUSY") this.#error = code;
      throw error;
    }
  }

  get #parent(): RuntimePm | null {
    return this.#device.parent?.extras?.runtimePm ?? null;
  }

  /** Its hardware has power. */
  get #powered(): boolean {
    return this.#status === "active" || this.#status === "suspending";
  }

  #become(status: "active" | "suspended"): void {
    this.#times.turn(this.#powered);
    this.#device.parent?.runtimePm.childBecame(status);
    this.#enter(status);
  }

  #enter(status: RuntimeStatus): void {
    this.#status = status;
    const { tracepoints } = this.#device.core;
    if (tracepoints.heard) tracepoints.runtimePm(this.#device, this.#error === null ? status : "error");
  }

  fail(code: Errno, op: string, why: string): BusError {
    return new BusError(code, `runtime ${op} of ${this.#device.name}: ${why}`, { op, device: this.#device.name });
  }
}
