import type { Device } from "./device.ts";
import type { DeviceLink } from "./links.ts";
import { after, caught, type MaybePromise, promised } from "./maybe-promise.ts";
import { RuntimeState, type RuntimeStatus } from "./runtime-state.ts";

/**
 * Runtime power management of one device: it is resumed while somebody uses it and suspended when nobody does,
 * its parent and the suppliers of its `pmRuntime` links before it and after it.
 *
 * Off until `enable()`. Errors are thrown; the results 0 (done) and 1 (it was so already) are the kernel's.
 */
export class RuntimePm {
  readonly #state: RuntimeState;
  #forbidden = false;

  /** @internal */
  constructor(device: Device) {
    this.#state = new RuntimeState(device);
  }

  get status(): RuntimeStatus {
    return this.#state.status;
  }

  /** The content of `power/runtime_status`. */
  get statusText(): RuntimeStatus | "unsupported" | "error" {
    if (this.#state.error !== null) return "error";
    return this.enabled ? this.#state.status : "unsupported";
  }

  /** How many users keep the device active. */
  get usageCount(): number {
    return this.#state.usage;
  }

  get activeChildren(): number {
    return this.#state.activeChildren;
  }

  get enabled(): boolean {
    return this.#state.disableDepth === 0;
  }

  /** Kept active by the operator (`power/control` is `on`). */
  get forbidden(): boolean {
    return this.#forbidden;
  }

  /** Milliseconds of idleness before an autosuspend; undefined when autosuspend is not used. */
  get autosuspendDelay(): number | undefined {
    const { on, delay } = this.#state.autosuspend;
    return on ? delay : undefined;
  }

  /** Milliseconds spent active and suspended. */
  get times(): { readonly active: number; readonly suspended: number } {
    return this.#state.times;
  }

  /** Takes back one `disable` (initially there is one). @throws {BusError} `EINVAL` when there is none */
  enable(): void {
    if (this.enabled) throw this.#state.fail("EINVAL", "enable", "runtime PM is enabled already (unbalanced enable)");
    this.#state.disableDepth--;
  }

  /** Stops runtime PM; the status stays what it is. A transition that is going on is waited for. */
  async disable(): Promise<void> {
    await this.#stop();
  }

  /** Nothing begins any more. @returns until what is going on has ended */
  #stop(): Promise<void> | null {
    if (this.#state.disableDepth++ === 0) this.barrier();
    this.#state.autosuspend.cancel();
    return this.#state.settled();
  }

  /**
   * Uses the device: counts a user, then resumes (`pm_runtime_get_sync`). On an error the user stays counted.
   *
   * @throws {BusError} `EACCES` runtime PM is off; `EINVAL` an earlier callback failed; `EBUSY` the parent is not
   *   active; else what the callback threw
   */
  getSync(): Promise<0 | 1> {
    return promised(() => this.acquire());
  }

  /** As `getSync`, but nobody is counted on an error (`pm_runtime_resume_and_get`). */
  async resumeAndGet(): Promise<0 | 1> {
    this.#state.usage++;
    try {
      return await this.resume();
    } catch (error) {
      this.#state.usage--;
      throw error;
    }
  }

  /** Ends a use; the last one lets the device idle, which usually suspends it, before this resolves. */
  putSync(): Promise<0 | 1> {
    return promised(() => (this.#drop() ? this.#state.idle() : 0));
  }

  /** Counts a user and resumes soon (`pm_runtime_get`). */
  get(): void {
    this.#state.usage++;
    this.resumeSoon();
  }

  /** Ends a use; the last one lets the device idle soon (`pm_runtime_put`). */
  put(): void {
    if (this.#drop()) this.#state.requestIdle();
  }

  /** Ends a use; after the last one the device is suspended when the autosuspend delay is over. */
  putAutosuspend(): void {
    if (this.#drop()) this.#state.requests.soon(() => this.#state.suspend(true));
  }

  /** Counts a user without resuming. */
  getNoResume(): void {
    this.#state.usage++;
  }

  /** Ends a use without consequences. */
  putNoIdle(): void {
    this.#drop();
  }

  #drop(): boolean {
    if (this.#state.usage === 0) {
      throw this.#state.fail("EINVAL", "put", "nobody uses it (usage count underflow)");
    }
    return --this.#state.usage === 0;
  }

  /** Begins the autosuspend delay anew. */
  markLastBusy(): void {
    this.#state.autosuspend.markLastBusy();
  }

  /** @param ms how long the device is kept active after its last use */
  setAutosuspendDelay(ms: number): void {
    this.#state.autosuspend.delay = ms;
  }

  useAutosuspend(on: boolean): void {
    this.#state.autosuspend.on = on;
  }

  /** Keeps the device active, whatever its users do (`power/control` = `on`). */
  forbid(): void {
    if (this.#forbidden) return;
    this.#forbidden = true;
    this.get();
  }

  /** Takes `forbid` back (`power/control` = `auto`). */
  allow(): void {
    if (!this.#forbidden) return;
    this.#forbidden = false;
    this.put();
  }

  /** Says that the device is active now, while runtime PM is off. @throws {BusError} `EAGAIN` it is on; `EBUSY` the parent is not active */
  setActive(): void {
    this.#state.declare("active", "setActive");
  }

  /** Says that the device is suspended now, while runtime PM is off. @throws {BusError} `EAGAIN` it is on */
  setSuspended(): void {
    this.#state.declare("suspended", "setSuspended");
  }

  /** Makes the device active. @returns 1 when it was. @throws as `getSync` */
  resume(): Promise<0 | 1> {
    return promised(() => this.#state.resume());
  }

  /** Suspends the device if nobody uses it and no child is active. @returns 1 when it was suspended */
  suspend(): Promise<0 | 1> {
    return promised(() => this.#state.suspend(false));
  }

  /** Lets the device decide whether to suspend now (its `runtimeIdle`), else suspends it. */
  idle(): Promise<0 | 1> {
    return promised(() => this.#state.idle());
  }

  /** @internal As `getSync`; done on return when there is nothing to wait for. */
  acquire(): MaybePromise<0 | 1> {
    this.#state.usage++;
    return this.#state.resume();
  }

  /** @internal As `acquire`, whatever comes of it. */
  use(): MaybePromise<void> {
    this.#state.usage++;
    return this.enabled ? ignored(() => this.#state.resume()) : undefined;
  }

  /** @internal The device is active and needs its new supplier at once. */
  holdSupplier(link: DeviceLink): void {
    this.#state.suppliers.add(link);
  }

  /** @internal Makes it active without a user. */
  resumeSoon(): void {
    this.#state.requests.soon(() => this.#state.resume());
  }

  /** @internal */
  supplierGone(link: DeviceLink): void {
    this.#state.suppliers.delete(link);
    link.supplier.extras?.runtimePm?.idleSoon();
  }

  /** @internal */
  childBecame(status: "active" | "suspended"): void {
    this.#state.activeChildren += status === "active" ? 1 : -1;
  }

  /** @internal Ends a `use`: the device may suspend before this is done. Whatever comes of it. */
  unuse(): MaybePromise<void> {
    this.#state.usage--;
    return this.#state.usage <= 0 && this.enabled ? ignored(() => this.#state.idle()) : undefined;
  }

  /** @internal After the driver was unbound. */
  reinit(): void {
    this.#state.reinit();
  }

  /**
   * @internal Before the device is gone: it no longer keeps its parent and suppliers active (`pm_runtime_remove`).
   * Undefined when there is nothing to wait for.
   */
  removeToDelete(): Promise<void> | undefined {
    const settled = this.#stop();
    if (settled !== null) return settled.then(() => this.#state.reinit());
    this.#state.reinit();
    return undefined;
  }

  /** @internal Whatever it was to do soon, it need not do any more. */
  barrier(): void {
    this.#state.requests.barrier();
  }

  /** @internal The device may be idle now. */
  idleSoon(): void {
    this.#state.requestIdle();
  }
}

function ignored(transition: () => MaybePromise<unknown>): MaybePromise<void> {
  return after(
    caught(transition, () => undefined),
    () => undefined,
  );
}
