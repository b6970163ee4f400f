import type { RuntimePm } from "auxbus";

/**
 * A device's runtime PM as an isolated driver gets it: what it counts and switches is written down, so that it can
 * be taken back when the driver is no longer there to do it.
 */
export class PmGuard {
  readonly #pm: RuntimePm;
  #uses = 0;
  #enables = 0;
  #forbids = false;

  constructor(pm: RuntimePm) {
    this.#pm = pm;
  }

  get status(): RuntimePm["status"] {
    return this.#pm.status;
  }

  get statusText(): RuntimePm["statusText"] {
    return this.#pm.statusText;
  }

  get usageCount(): number {
    return this.#pm.usageCount;
  }

  get activeChildren(): number {
    return this.#pm.activeChildren;
  }

  get enabled(): boolean {
    return this.#pm.enabled;
  }

  get forbidden(): boolean {
    return this.#pm.forbidden;
  }

  get autosuspendDelay(): number | undefined {
    return this.#pm.autosuspendDelay;
  }

  get times(): RuntimePm["times"] {
    return this.#pm.times;
  }

  enable(): void {
    this.#pm.enable();
    this.#enables++;
  }

  disable(): Promise<void> {
    this.#enables--;
    return this.#pm.disable();
  }

  getSync(): Promise<0 | 1> {
    this.#uses++;
    return this.#pm.getSync();
  }

  async resumeAndGet(): Promise<0 | 1> {
    this.#uses++;
    try {
      return await this.#pm.resumeAndGet();
    } catch (error) {
      this.#uses--;
      throw error;
    }
  }

  putSync(): Promise<0 | 1> {
    this.#uses--;
    return this.#pm.putSync();
  }

  get(): void {
    this.#uses++;
    this.#pm.get();
  }

  put(): void {
    this.#uses--;
    this.#pm.put();
  }

  putAutosuspend(): void {
    this.#uses--;
    this.#pm.putAutosuspend();
  }

  getNoResume(): void {
    this.#uses++;
    this.#pm.getNoResume();
  }

  putNoIdle(): void {
    this.#uses--;
    this.#pm.putNoIdle();
  }

  markLastBusy(): void {
    this.#pm.markLastBusy();
  }

  setAutosuspendDelay(ms: number): void {
    this.#pm.setAutosuspendDelay(ms);
  }

  useAutosuspend(on: boolean): void {
    this.#pm.useAutosuspend(on);
  }

  forbid(): void {
    this.#forbids = true;
    this.#pm.forbid();
  }

  allow(): void {
    this.#forbids = false;
    this.#pm.allow();
  }

  setActive(): void {
    this.#pm.setActive();
  }

  setSuspended(): void {
    this.#pm.setSuspended();
  }

  resume(): Promise<0 | 1> {
    return this.#pm.resume();
  }

  suspend(): Promise<0 | 1> {
    return this.#pm.suspend();
  }

  idle(): Promise<0 | 1> {
    return this.#pm.idle();
  }

  /** The driver has gone without putting things right. */
  async undo(): Promise<void> {
    for (; this.#uses > 0; this.#uses--) this.#pm.putNoIdle();
    if (this.#forbids) this.#pm.allow();
    for (; this.#enables > 0; this.#enables--) await this.#pm.disable();
  }
}
