import { Autosuspend } from "./autosuspend.ts";
import type { Device } from "./device.ts";
import { BusError, type Errno, errnoOf } from "./errors.ts";
import { HeldSuppliers } from "./held-suppliers.ts";
import { after, caught, lastly, type MaybePromise } from "./maybe-promise.ts";
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
  #transition: Transition | null = null;

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
    return this.#transition?.ended ?? null;
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

  resume(): MaybePromise<0 | 1> {
    if (this.#error !== null) throw this.fail("EINVAL", "resume", `an earlier callback failed (${this.#error})`);
    if (this.disableDepth > 0) {
      if (this.#status === "active") return 1;
      throw this.fail("EACCES", "resume", "runtime PM is off; enable it first");
    }
    this.autosuspend.cancel();
    this.requests.cancelIdle();
    if (this.#transition !== null) return this.#transition.ended.then(() => this.resume());
    if (this.#status === "active") return 1;
    return after(
      this.#during(() => this.#doResume()),
      () => {
        this.requestIdle();
        return 0;
      },
    );
  }

  #doResume(): MaybePromise<void> {
    this.#enter("resuming");
    const parent = this.#parent;
    const ready = (): MaybePromise<void> => {
      if (parent?.enabled === true && parent.status !== "active")
        throw this.fail("EBUSY", "resume", "its parent could not be resumed");
      return after(this.suppliers.hold(), () => this.#callback("runtimeResume"));
    };
    const resumed = caught(
      () => after(parent?.use(), ready),
      (error) => {
        this.#enter("suspended");
        this.suppliers.release();
        parent?.put();
        throw error;
      },
    );
    return after(resumed, () => {
      this.#become("active");
      this.autosuspend.markLastBusy();
      parent?.put();
    });
  }

  idle(): MaybePromise<0 | 1> {
    this.#mayDrop("idle");
    if (this.#status !== "active") {
      if (this.#status === "suspended") return 1;
      throw this.fail("EAGAIN", "idle", `it is ${this.#status}`);
    }
    this.requests.cancelIdle();
    return after(this.#callback("runtimeIdle"), () => this.suspend(true));
  }

  /** Lets the device idle soon, if it may now. */
  requestIdle(): void {
    if (this.#status === "active" && this.#refusal === null) this.requests.idle(() => this.idle());
  }

  /** @param auto only when the autosuspend delay is over, if there is one */
  suspend(auto: boolean): MaybePromise<0 | 1> {
    this.#mayDrop("suspend");
    if (this.#status === "suspended") return 1;
    if (this.#status === "resuming") throw this.fail("EAGAIN", "suspend", "it is being resumed");
    if (auto && this.#status === "active" && this.autosuspend.waits()) return 0;
    this.requests.cancelIdle();
    if (this.#transition !== null) return this.#transition.ended.then(() => this.suspend(auto));
    this.autosuspend.cancel();
    return after(
      this.#during(() => this.#doSuspend()),
      () => 0,
    );
  }

  #doSuspend(): MaybePromise<void> {
    this.#enter("suspending");
    const suspended = caught(
      () => this.#callback("runtimeSuspend"),
      (error) => {
        this.#enter("active");
        this.requests.cancelIdle();
        throw error;
      },
    );
    return after(suspended, () => this.#fallAsleep());
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

  /** Why the device must stay active. */
  get #refusal(): { readonly code: Errno; readonly why: string } | null {
    if (this.#error !== null) return { code: "EINVAL", why: `an earlier callback failed (${this.#error})` };
    if (this.disableDepth > 0) return { code: "EACCES", why: "runtime PM is off; enable it first" };
    if (this.usage > 0) return { code: "EAGAIN", why: "it is in use" };
    if (this.activeChildren > 0) return { code: "EBUSY", why: "it has active children" };
    return null;
  }

  #mayDrop(op: string): void {
    const refusal = this.#refusal;
    if (refusal !== null) throw this.fail(refusal.code, op, refusal.why);
  }

  /** Whoever comes meanwhile waits: also who is called by the callback, or beside it. */
  #during(change: () => MaybePromise<void>): MaybePromise<void> {
    const transition = new Transition();
    this.#transition = transition;
    return lastly(change, () => {
      this.#transition = null;
      transition.end();
    });
  }

  #callback(name: "runtimeSuspend" | "runtimeResume" | "runtimeIdle"): MaybePromise<void> {
    const { binding, core } = this.#device;
    const pm = binding?.driver.definition.pm;
    if (binding === null || pm?.[name] === undefined) return undefined;
    return caught(
      () => {
        const result = core.calls.run(core.calls.current(), () => pm[name]?.(this.#device));
        return binding.within(name, result, binding.removeTimeout);
      },
      (error) => {
        const code = errnoOf(error);
        if (name !== "runtimeIdle" && code !== "EAGAIN" && code !== "EBUSY") this.#error = code;
        throw error;
      },
    );
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

/** A change of status that is going on. Nobody waits for most of them. */
class Transition {
  #ended: Promise<void> | null = null;
  #end: (() => void) | null = null;

  get ended(): Promise<void> {
    return (this.#ended ??= new Promise((resolve) => {
      this.#end = resolve;
    }));
  }

  end(): void {
    this.#end?.();
  }
}
