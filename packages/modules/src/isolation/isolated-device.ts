import type { Awaitable, IsolableCore, IsolableDevice, IsolableModule, Remote, RuntimePm, UeventAction } from "auxbus";
import type { ProbeRequest } from "./protocol.ts";
import { originOf, standFor } from "./remote-object.ts";

/** What stands for a device where its driver is isolated. Passed back, it is the device itself. */
export class IsolatedDevice implements IsolableDevice {
  readonly name: string;
  readonly id: number;
  readonly path: string;
  readonly matchName: string;
  readonly modalias: string;
  readonly version: string | undefined;
  readonly core: IsolableCore;
  readonly shared: unknown;
  readonly runtimePm: Remote<RuntimePm>;
  driverData: unknown = undefined;
  readonly #self: object;

  constructor({ device, self, shared, runtimePm }: ProbeRequest, core: IsolableCore) {
    this.name = device.name;
    this.id = device.id;
    this.path = device.path;
    this.matchName = device.matchName;
    this.modalias = device.modalias;
    this.version = device.version;
    this.core = core;
    this.shared = shared;
    this.#self = asObject(self);
    // What the bus's side has sent has these methods.
    this.runtimePm = asObject(runtimePm) as Remote<RuntimePm>;
    becomes(this, this.#self);
  }

  irqAdd(irq: number): Awaitable<void> {
    return this.#call("irqAdd", irq);
  }

  irqRemove(irq: number): Awaitable<void> {
    return this.#call("irqRemove", irq);
  }

  uevent(action: UeventAction): Awaitable<void> {
    return this.#call("uevent", action);
  }

  async #call(method: string, ...args: readonly unknown[]): Promise<void> {
    await callRemote(this.#self, method, args);
  }
}

/** What stands for a module where it is isolated. */
export class IsolatedModule implements IsolableModule {
  readonly name: string;
  readonly #module: object;

  constructor(name: string, module: unknown) {
    this.name = name;
    this.#module = asObject(module);
    becomes(this, this.#module);
  }

  async get(user?: string): Promise<void> {
    await callRemote(this.#module, "get", [user]);
  }

  async put(user?: string): Promise<void> {
    await callRemote(this.#module, "put", [user]);
  }
}

function callRemote(value: object, method: string, args: readonly unknown[]): Promise<unknown> {
  const origin = originOf(value);
  if (origin === undefined) throw new TypeError("no remote object");
  return origin.caller.call(origin.reference, method, args);
}

function becomes(local: object, remote: object): void {
  const origin = originOf(remote);
  if (origin !== undefined) standFor(local, origin);
}

function asObject(value: unknown): object {
  if (typeof value !== "object" || value === null) throw new TypeError("the bus has sent no object");
  return value;
}
