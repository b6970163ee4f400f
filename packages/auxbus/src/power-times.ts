import type { Runtime } from "./runtime.ts";

/** How long a device has been active and suspended, in milliseconds (`power/runtime_active_time` and its sibling). */
export class PowerTimes {
  readonly #runtime: Runtime;
  #since: number;
  #active = 0;
  #suspended = 0;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#since = runtime.now();
  }

  /** @param active whether the device has been active since the last `turn` */
  read(active: boolean): { readonly active: number; readonly suspended: number } {
    const now = this.#runtime.now() - this.#since;
    return { active: this.#active + (active ? now : 0), suspended: this.#suspended + (active ? 0 : now) };
  }

  /** The device becomes active, or suspended. @param active whether it has been active until now */
  turn(active: boolean): void {
    const { active: on, suspended: off } = this.read(active);
    this.#active = on;
    this.#suspended = off;
    this.#since = this.#runtime.now();
  }
}
