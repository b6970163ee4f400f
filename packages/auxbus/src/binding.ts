import type { AttributeGroup, Attribute } from "./attributes.ts";
import { type Deadline, inTime } from "./deadline.ts";
import type { Device } from "./device.ts";
import { DeviceResources } from "./devres.ts";
import type { Driver } from "./driver.ts";
import { BusError } from "./errors.ts";
import type { MaybePromise } from "./maybe-promise.ts";

/** How far a binding is: only a bound one is shown as the device's driver. */
export type BindingState = "probing" | "bound" | "unbinding" | "revoked";

/**
 * One driver's time with one device, from its probe to the end of its remove (or to the probe's failure). What
 * the driver was given for that time hangs on it, and stops working with it.
 */
export class Binding<D extends Device = Device> {
  readonly device: D;
  readonly driver: Driver;
  /** @internal */ state: BindingState = "probing";
  /** @internal What the driver got from its parent, made when it is first looked at. */ handle: unknown = undefined;
  /** @internal */ attributes: ReadonlyMap<string, Attribute | AttributeGroup> | null = null;
  #controller: InstanceType<typeof AbortController> | null = null;
  #resources: DeviceResources | null = null;
  #inFlight: Set<(error: Error) => void> | null = null;
  #deadline: Deadline | null = null;

  /** @internal */
  constructor(device: D, driver: Driver) {
    this.device = device;
    this.driver = driver;
  }

  /** What the driver's former version has left for this device when it was upgraded; undefined at any other time. */
  get handover(): unknown {
    return this.device.extras?.handover;
  }

  /** Aborted when unbinding begins (before `remove`), when the probe fails, and when a deadline is missed. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.state === "unbinding" || this.state === "revoked") this.#controller.abort(this.gone());
    }
    return this.#controller.signal;
  }

  /** Where the probe puts what it acquires: released in reverse order after `remove`, or when the probe fails. */
  get resources(): DeviceResources {
    if (this.#resources === null) {
      this.#resources = new DeviceResources(this.device.name);
      if (this.state === "revoked") void this.releaseResources();
    }
    return this.#resources;
  }

  /** Tells that a long probe or remove is getting on: its deadline begins anew. */
  progress(): void {
    this.#deadline?.restart();
  }

  /** @internal It will be unbound: no call into the driver is admitted any more. */
  closing = false;

  /** @internal The driver is shown as bound. */
  get bound(): boolean {
    return this.state === "bound" || this.state === "unbinding";
  }

  /** @internal What the driver was given still works. */
  get live(): boolean {
    return this.state !== "revoked";
  }

  /** @internal */
  gone(): BusError {
    return new BusError(
      "ENODEV",
      `${this.driver.name} is no longer bound to ${this.device.name}; what it was given then does not work any more`,
      { device: this.device.name, driver: this.driver.name },
    );
  }

  /** @internal From now on nothing new is admitted. */
  startUnbinding(): void {
    this.state = "unbinding";
    this.#controller?.abort(this.gone());
  }

  /** @internal The end: handles stop, and calls in flight are rejected. */
  revoke(): void {
    this.state = "revoked";
    this.#controller?.abort(this.gone());
    if (this.#inFlight === null) return;
    const error = this.gone();
    for (const reject of this.#inFlight) reject(error);
    this.#inFlight = null;
  }

  /** @internal A call's promise that is rejected with `ENODEV` should the binding end first. */
  track<T>(pending: PromiseLike<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const inFlight = (this.#inFlight ??= new Set());
      inFlight.add(reject);
      pending.then(
        (value) => {
          inFlight.delete(reject);
          resolve(value);
        },
        (error: unknown) => {
          inFlight.delete(reject);
          reject(error);
        },
      );
    });
  }

  /** @internal */
  releaseResources(): MaybePromise<void> {
    const { core, name } = this.device;
    return this.#resources?.release(
      (result) => this.within("release of a managed resource", result, this.removeTimeout),
      (error) =>
        core.log.error(`${name}: releasing a managed resource failed: ${error.message}`, {
          device: name,
          driver: this.driver.name,
          error,
        }),
    );
  }

  /** @internal Milliseconds for everything that the driver does but probing. */
  get removeTimeout(): number {
    return this.driver.definition.removeTimeout ?? this.device.core.removeTimeout;
  }

  /**
   * Waits for foreign code, but not beyond its deadline, which `progress` begins anew.
   *
   * @internal
   * @param ms 0: however long it takes
   * @throws {BusError} `ETIMEDOUT`
   */
  within<T>(what: string, result: MaybePromise<T>, ms: number): MaybePromise<T> {
    const details = { op: what, device: this.device.name, driver: this.driver.name };
    return inTime(
      this.device.core.runtime,
      result,
      ms,
      () =>
        new BusError(
          "ETIMEDOUT",
          `${what} of ${details.device} by ${details.driver} took longer than ${ms} ms`,
          details,
        ),
      (deadline) => {
        this.#deadline = deadline;
      },
    );
  }
}
