import type { Device } from "./device.ts";
import { BusError, type Errno, errnoOf, toError } from "./errors.ts";
import type { DeviceLink } from "./links.ts";
import type { Timer } from "./runtime.ts";

/** Whether a device is in use, as the kernel's `runtime_status` file names it. */
export type RuntimeStatus = "active" | "suspended" | "resuming" | "suspending";

/**
 * Runtime power management of one device: it is resumed while somebody uses it and suspended when nobody does,
 * its parent and the suppliers of its `pmRuntime` links before it and after it.
 *
 * Off until `enable()`. Errors are thrown; the results 0 (done) and 1 (it was so already) are the kernel's.
 */
export class RuntimePm {
  readonly #device: Device;
  #status: RuntimeStatus = "suspended";
  #usage = 0;
  #activeChildren = 0;
  #disableDepth = 1;
  #error: Errno | null = null;
  #transition: Promise<void> | null = null;
  #autosuspend = false;
  #delay = 0;
  #lastBusy = 0;
  #timer: Timer | null = null;
  #forbidden = false;
  #idleQueued = false;
  /** Links whose supplier is kept active by this device. */
  readonly #held = new Set<DeviceLink>();
  #since: number;
  #activeTime = 0;
  #suspendedTime = 0;

  /** @internal */
  constructor(device: Device) {
    this.#device = device;
    this.#since = device.core.runtime.now();
  }

  get status(): RuntimeStatus {
    return this.#status;
  }

  /** The content of `power/runtime_status`. */
  get statusText(): RuntimeStatus | "unsupported" | "error" {
    if (this.#error !== null) return "error";
    return this.#disableDepth > 0 ? "unsupported" : this.#status;
  }

  /** How many users keep the device active. */
  get usageCount(): number {
    return this.#usage;
  }

  get activeChildren(): number {
    return this.#activeChildren;
  }

  get enabled(): boolean {
    return this.#disableDepth === 0;
  }

  /** Kept active by the operator (`power/control` is `on`). */
  get forbidden(): boolean {
    return this.#forbidden;
  }

  /** Milliseconds of idleness before an autosuspend; undefined when autosuspend is not used. */
  get autosuspendDelay(): number | undefined {
    return this.#autosuspend ? this.#delay : undefined;
  }

  /** Milliseconds spent active and suspended. */
  get times(): { readonly active: number; readonly suspended: number } {
    const now = this.#device.core.runtime.now() - this.#since;
    const active = this.#status === "active" || this.#status === "suspending";
    return { active: this.#activeTime + (active ? now : 0), suspended: this.#suspendedTime + (active ? 0 : now) };
  }

  /** Takes back one `disable` (initially there is one). @throws {BusError} `EINVAL` when there is none */
  enable(): void {
    if (this.#disableDepth === 0)
      throw this.#fail("EINVAL", "enable", "runtime PM is enabled already (unbalanced enable)");
    this.#disableDepth--;
  }

  /** Stops runtime PM; the status stays what it is. A transition that is going on is waited for. */
  async disable(): Promise<void> {
    this.#disableDepth++;
    this.#cancelTimer();
    await this.#transition;
  }

  /**
   * Uses the device: counts a user, then resumes (`pm_runtime_get_sync`). On an error the user stays counted.
   *
   * @throws {BusError} `EACCES` runtime PM is off; `EINVAL` an earlier callback failed; `EBUSY` the parent is not
   *   active; else what the callback threw
   */
  getSync(): Promise<0 | 1> {
    this.#usage++;
    return this.resume();
  }

  /** As `getSync`, but nobody is counted on an error (`pm_runtime_resume_and_get`). */
  async resumeAndGet(): Promise<0 | 1> {
    this.#usage++;
    try {
      return await this.resume();
    } catch (error) {
      this.#usage--;
      throw error;
    }
  }

  /** Ends a use; the last one lets the device idle, which usually suspends it, before this resolves. */
  async putSync(): Promise<0 | 1> {
    return this.#drop() ? this.idle() : 0;
  }

  /** Counts a user and resumes soon (`pm_runtime_get`). */
  get(): void {
    this.#usage++;
    this.#request(() => this.resume());
  }

  /** Ends a use; the last one lets the device idle soon (`pm_runtime_put`). */
  put(): void {
    if (this.#drop()) this.#requestIdle();
  }

  /** Ends a use; after the last one the device is suspended when the autosuspend delay is over. */
  putAutosuspend(): void {
    if (this.#drop()) this.#request(() => this.#suspend(true));
  }

  /** Counts a user without resuming. */
  getNoResume(): void {
    this.#usage++;
  }

  /** Ends a use without consequences. */
  putNoIdle(): void {
    this.#drop();
  }

  /** Begins the autosuspend delay anew. */
  markLastBusy(): void {
    this.#lastBusy = this.#device.core.runtime.now();
  }

  /** @param ms how long the device is kept active after its last use */
  setAutosuspendDelay(ms: number): void {
    this.#delay = ms;
  }

  useAutosuspend(on: boolean): void {
    this.#autosuspend = on;
  }

  /** Keeps the device active, whatever its users do (`power/control` = `on`). */
  forbid(): void {
    if (this.#forbidden) return;
    this.#forbidden = true;
    this.#usage++;
    this.#request(() => this.resume());
  }

  /** Takes `forbid` back (`power/control` = `auto`). */
  allow(): void {
    if (!this.#forbidden) return;
    this.#forbidden = false;
    if (this.#drop()) this.#requestIdle();
  }

  /** Says that the device is active now, while runtime PM is off. @throws {BusError} `EAGAIN` it is on; `EBUSY` the parent is not active */
  setActive(): void {
    this.#mayDeclare("setActive");
    if (this.#status === "active") {
      this.#error = null;
      return;
    }
    const parent = this.#parent;
    if (parent?.enabled === true && parent.status !== "active") {
      throw this.#fail("EBUSY", "setActive", "its parent is not active");
    }
    this.#error = null;
    this.#become("active");
  }

  /** Says that the device is suspended now, while runtime PM is off. @throws {BusError} `EAGAIN` it is on */
  setSuspended(): void {
    this.#mayDeclare("setSuspended");
    this.#error = null;
    if (this.#status !== "suspended") this.#become("suspended");
  }

  #mayDeclare(op: string): void {
    if (this.#disableDepth === 0 && this.#error === null) {
      throw this.#fail("EAGAIN", op, "runtime PM is on; declare the status while it is off");
    }
  }

  /** Makes the device active. @returns 1 when it was. @throws as `getSync` */
  async resume(): Promise<0 | 1> {
    for (;;) {
      if (this.#error !== null) throw this.#fail("EINVAL", "resume", `an earlier callback failed (${this.#error})`);
      if (this.#disableDepth > 0) {
        if (this.#status === "active") return 1;
        throw this.#fail("EACCES", "resume", "runtime PM is off; enable it first");
      }
      this.#cancelTimer();
      if (this.#transition === null) break;
      await this.#transition;
    }
    if (this.#status === "active") return 1;
    await this.#during(() => this.#doResume());
    this.#requestIdle();
    return 0;
  }

  async #doResume(): Promise<void> {
    this.#status = "resuming";
    const parent = this.#parent;
    try {
      if (parent !== null && parent.enabled) {
        parent.getNoResume();
        await parent.resume().catch(() => undefined);
        if (parent.status !== "active") throw this.#fail("EBUSY", "resume", "its parent could not be resumed");
      }
      await this.#holdSuppliers();
      await this.#callback("runtimeResume");
    } catch (error) {
      this.#status = "suspended";
      this.#releaseSuppliers();
      if (parent !== null && parent.enabled) parent.put();
      throw error;
    }
    this.#become("active");
    this.markLastBusy();
    if (parent !== null && parent.enabled) parent.put();
  }

  /** Suspends the device if nobody uses it and no child is active. @returns 1 when it was suspended */
  suspend(): Promise<0 | 1> {
    return this.#suspend(false);
  }

  /** Lets the device decide whether to suspend now (its `runtimeIdle`), else suspends it. */
  async idle(): Promise<0 | 1> {
    this.#mayDrop("idle");
    if (this.#status !== "active") {
      if (this.#status === "suspended") return 1;
      throw this.#fail("EAGAIN", "idle", `it is ${this.#status}`);
    }
    await this.#callback("runtimeIdle");
    return this.#suspend(true);
  }

  async #suspend(auto: boolean): Promise<0 | 1> {
    for (;;) {
      this.#mayDrop("suspend");
      if (this.#status === "suspended") return 1;
      if (this.#status === "resuming") throw this.#fail("EAGAIN", "suspend", "it is being resumed");
      if (auto && this.#autosuspend && this.#status === "active" && this.#waitForDelay()) return 0;
      if (this.#transition === null) break;
      await this.#transition;
    }
    this.#cancelTimer();
    await this.#during(async () => {
      this.#status = "suspending";
      try {
        await this.#callback("runtimeSuspend");
      } catch (error) {
        this.#status = "active";
        throw error;
      }
      this.#become("suspended");
      this.#releaseSuppliers();
      this.#parent?.childSuspended();
    });
    return 0;
  }

  /** Whether the autosuspend delay is not over; then a timer will suspend. A negative delay means never. */
  #waitForDelay(): boolean {
    if (this.#delay < 0) return true;
    const left = this.#lastBusy + this.#delay - this.#device.core.runtime.now();
    if (left <= 0) return false;
    this.#cancelTimer();
    this.#timer = this.#device.core.runtime.setTimer(() => {
      this.#timer = null;
      this.#request(() => this.#suspend(true));
    }, left);
    return true;
  }

  #cancelTimer(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #mayDrop(op: string): void {
    if (this.#error !== null) throw this.#fail("EINVAL", op, `an earlier callback failed (${this.#error})`);
    if (this.#disableDepth > 0) throw this.#fail("EACCES", op, "runtime PM is off; enable it first");
    if (this.#usage > 0) throw this.#fail("EAGAIN", op, "it is in use");
    if (this.#activeChildren > 0) throw this.#fail("EBUSY", op, "it has active children");
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

  #become(status: "active" | "suspended"): void {
    const { active, suspended } = this.times;
    this.#activeTime = active;
    this.#suspendedTime = suspended;
    this.#since = this.#device.core.runtime.now();
    const parent = this.#device.parent;
    if (parent !== null) parent.runtimePm.#activeChildren += status === "active" ? 1 : -1;
    this.#status = status;
    const { tracepoints, runtime } = this.#device.core;
    if (tracepoints.heard) tracepoints.emit({ point: "rpm", device: this.#device, status, time: runtime.now() });
  }

  #drop(): boolean {
    if (this.#usage === 0) throw this.#fail("EINVAL", "put", "nobody uses it (usage count underflow)");
    return --this.#usage === 0;
  }

  #requestIdle(): void {
    if (this.#idleQueued) return;
    this.#idleQueued = true;
    this.#request(() => {
      this.#idleQueued = false;
      return this.idle();
    });
  }

  /** Runs a request beside whatever goes on. That it cannot be done now is no error of anybody. */
  #request(fn: () => Promise<unknown>): void {
    const { core, name } = this.#device;
    core.work.schedule(() =>
      fn().then(
        () => undefined,
        (error: unknown) => {
          const code = errnoOf(error);
          if (error instanceof BusError && ["EACCES", "EAGAIN", "EBUSY", "EINVAL"].includes(code)) return;
          core.log.error(`${name}: runtime PM: ${toError(error).message}`, { device: name, error });
        },
      ),
    );
  }

  async #holdSuppliers(): Promise<void> {
    for (const link of this.#device.extras?.suppliers ?? []) {
      if (link.options.pmRuntime !== true || this.#held.has(link)) continue;
      this.#held.add(link);
      const { runtimePm } = link.supplier;
      if (runtimePm.enabled) await runtimePm.getSync();
      else runtimePm.getNoResume();
    }
  }

  #releaseSuppliers(): void {
    for (const link of this.#held) link.supplier.runtimePm.put();
    this.#held.clear();
  }

  /** @internal A `pmRuntime` link was made while the device may be active. */
  supplierAdded(link: DeviceLink): void {
    if (link.options.rpmActive !== true && this.#status !== "active") return;
    this.#held.add(link);
    link.supplier.runtimePm.get();
  }

  /** @internal */
  supplierGone(link: DeviceLink): void {
    if (this.#held.delete(link)) link.supplier.runtimePm.put();
  }

  /** @internal */
  childSuspended(): void {
    if (this.enabled) this.#requestIdle();
  }

  /** @internal Before the driver is unbound: undefined when there is nothing to wait for. */
  resumeToUnbind(): Promise<void> | undefined {
    this.#usage++;
    if (!this.enabled) return undefined;
    return this.resume().then(
      () => undefined,
      () => undefined,
    );
  }

  /** @internal After it, before `remove`. */
  putToUnbind(): Promise<void> | undefined {
    this.#usage--;
    if (this.#usage > 0 || !this.enabled) return undefined;
    return this.idle().then(
      () => undefined,
      () => undefined,
    );
  }

  /** @internal After the driver was unbound. */
  reinit(): void {
    this.#cancelTimer();
    if (this.#disableDepth === 0) return;
    if (this.#status === "active") this.#become("suspended");
    this.#error = null;
    this.#releaseSuppliers();
  }

  /** @internal The device may be idle now. */
  idleSoon(): void {
    if (this.enabled) this.#requestIdle();
  }

  #fail(code: Errno, op: string, why: string): BusError {
    return new BusError(code, `runtime ${op} of ${this.#device.name}: ${why}`, { op, device: this.#device.name });
  }
}
