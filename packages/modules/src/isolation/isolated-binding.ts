import { type AuxiliaryDriver, BusError, DeviceResources, type IsolableBinding, type IsolableCore } from "auxbus";
import { IsolatedDevice, IsolatedModule } from "./isolated-device.ts";
import type { ProbeRequest } from "./protocol.ts";
import type { Session } from "./session.ts";

/** One driver's time with one device, where the driver is isolated: the other end of what the bus calls. */
export class BindingEnd {
  readonly #session: Session;
  readonly #driver: AuxiliaryDriver;
  readonly #request: ProbeRequest;
  readonly #device: IsolatedDevice;
  readonly #resources: DeviceResources;

  constructor(session: Session, driver: AuxiliaryDriver, request: ProbeRequest, core: IsolableCore) {
    this.#session = session;
    this.#driver = driver;
    this.#request = request;
    this.#device = new IsolatedDevice(request, core);
    this.#resources = new DeviceResources(request.device.name);
  }

  async probe(): Promise<void> {
    const { idIndex, device, driverName, moduleName, module, signal, handover } = this.#request;
    const id: unknown = this.#driver.idTable?.[idIndex] ?? { name: device.matchName };
    const session = this.#session;
    const binding: IsolableBinding = {
      device: this.#device,
      driver: { name: driverName, module: new IsolatedModule(moduleName, module) },
      signal,
      resources: this.#resources,
      handover,
      progress: () => session.tell("progress"),
    };
    await this.#call(this.#driver, "probe", [id, binding]);
  }

  async remove(): Promise<void> {
    await this.#call(this.#driver, "remove", []);
  }

  /** Releases what the probe has acquired, the last first. */
  async release(): Promise<void> {
    await this.#resources.release(
      (result) => result,
      (error) =>
        this.#device.core.log.error(`${this.#device.name}: releasing a managed resource failed: ${error.message}`, {
          device: this.#device.name,
          error,
        }),
    );
  }

  /** A callback of the driver's own: `shutdown`, `suspend`, `resume`. */
  async callback(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.#call(this.#driver, name, args);
  }

  async pm(name: string): Promise<void> {
    await this.#call(this.#driver.pm ?? {}, name, []);
  }

  async handler(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.#call(this.#driver.handlers ?? {}, name, args);
  }

  async #call(callbacks: object, name: string, args: readonly unknown[]): Promise<unknown> {
    const fn: unknown = Reflect.get(callbacks, name);
    if (fn === undefined) return undefined;
    if (typeof fn !== "function") throw new BusError("EINVAL", `${name} of the driver is no function`, { op: name });
    return Reflect.apply(fn, callbacks, [this.#device, ...args]);
  }
}
