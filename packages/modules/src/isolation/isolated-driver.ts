import {
  type AuxiliaryDevice,
  type AuxiliaryDriver,
  type Binding,
  BusError,
  type Driver,
  type DriverCore,
  type DriverPmOps,
} from "auxbus";
import type { CrashPolicy } from "./crash-policy.ts";
import type { DriverHost } from "./driver-host-link.ts";
import { HostedBinding } from "./hosted-binding.ts";
import type { DriverDescription } from "./protocol.ts";

/** Milliseconds that an isolated driver may be silent in a callback, unless it says otherwise. */
export const SILENCE = 60_000;

/** Where the driver is now. */
export interface DriverPlace {
  readonly host: DriverHost;
  readonly key: number;
}

/** An isolated driver as the bus knows it: each callback is passed on to where the driver is. */
export class IsolatedDriver {
  #description: DriverDescription;
  /** Null while its worker or process is being started again. */
  place: DriverPlace | null;
  /** What is bound to it, or being probed by it. */
  readonly bindings: Map<AuxiliaryDevice, HostedBinding> = new Map();
  /** Devices that came while the driver was not there. */
  readonly waiting: Set<AuxiliaryDevice> = new Set();
  /** What is registered; changed in place when another version takes over. */
  readonly #definition: AuxiliaryDriver;
  #registered: Driver | null = null;
  /** Why it will not be there again by itself. */
  #lost: string | null = null;
  readonly #core: DriverCore;
  readonly #policy: CrashPolicy;

  constructor(core: DriverCore, policy: CrashPolicy, description: DriverDescription, place: DriverPlace) {
    this.#core = core;
    this.#policy = policy;
    this.#description = description;
    this.place = place;
    this.#definition = this.#define();
  }

  get description(): DriverDescription {
    return this.#description;
  }

  /** Its name on the bus. */
  get name(): string {
    return this.#registered?.name ?? this.description.name ?? "";
  }

  /** The driver on the bus. */
  get driver(): Driver | null {
    return this.#registered;
  }

  async register(module: Driver["module"]): Promise<void> {
    this.#registered = await this.#core.auxiliary.register(this.#definition, { module });
  }

  /** Whether another version can take over while the driver stays on the bus: the bus need not match anew. */
  canBecome(other: DriverDescription): boolean {
    const fixed = ({ name, idTable, probeType, suppressBindAttrs }: DriverDescription): string =>
      JSON.stringify([name, idTable, probeType, suppressBindAttrs]);
    return fixed(this.#description) === fixed(other);
  }

  /** It could not be started again, and nobody tries any more. */
  giveUp(why: string): void {
    this.#lost = why;
  }

  /** It is started again. */
  moveTo(place: DriverPlace): void {
    this.#lost = null;
    this.place = place;
  }

  /** From now on it is this version; what is bound stays with the version that has probed it. */
  become(description: DriverDescription, place: DriverPlace): void {
    this.#description = description;
    this.place = place;
    for (const name of Object.keys(this.#definition)) Reflect.deleteProperty(this.#definition, name);
    Object.assign(this.#definition, this.#define());
  }

  async unregister(): Promise<void> {
    const driver = this.#registered;
    this.#registered = null;
    await driver?.[Symbol.asyncDispose]();
  }

  #define(): AuxiliaryDriver {
    const { name, idTable, probeType, suppressBindAttrs, callbacks, pm, handlers, hasProbe } = this.description;
    const has = (callback: (typeof callbacks)[number]): boolean => callbacks.includes(callback);
    const pass = (device: AuxiliaryDevice, callback: string, ...args: readonly unknown[]): Promise<unknown> =>
      this.#binding(device, callback).callback(callback, args);
    return {
      name,
      idTable,
      probeType,
      suppressBindAttrs,
      isolable: true,
      // Silence is watched here: it ends the worker or process, not only the wait.
      probeTimeout: 0,
      removeTimeout: 0,
      ...(hasProbe && { probe: (device, _id, binding) => this.#probe(device, binding) }),
      remove: (device) => this.#remove(device),
      ...(has("shutdown") && { shutdown: async (device) => void (await pass(device, "shutdown")) }),
      ...(has("suspend") && { suspend: async (device, state) => void (await pass(device, "suspend", state)) }),
      ...(has("resume") && { resume: async (device) => void (await pass(device, "resume")) }),
      ...(has("handover") && { handover: (device) => pass(device, "handover") }),
      ...(pm.length > 0 && { pm: this.#pm(pm) }),
      ...(handlers.length > 0 && { handlers: this.#handlers(handlers) }),
    };
  }

  #pm(names: readonly string[]): DriverPmOps {
    const pm: Record<string, (device: AuxiliaryDevice) => Promise<void>> = {};
    for (const name of names) pm[name] = (device) => this.#binding(device, name).pm(name);
    return pm;
  }

  #handlers(names: readonly string[]): object {
    const handlers: Record<string, (device: AuxiliaryDevice, ...args: unknown[]) => Promise<unknown>> = {};
    for (const name of names) {
      handlers[name] = (device, ...args) => this.#binding(device, name).handler(name, args);
    }
    return handlers;
  }

  #binding(device: AuxiliaryDevice, op: string): HostedBinding {
    const binding = this.bindings.get(device);
    if (binding !== undefined) return binding;
    throw new BusError("ENODEV", `${this.name} is not bound to ${device.name}`, { op, device: device.name });
  }

  async #probe(device: AuxiliaryDevice, binding: Binding<AuxiliaryDevice>): Promise<void> {
    const details = { op: "probe", device: device.name, driver: this.name };
    const parked = this.#policy.parked(device.name);
    if (parked !== undefined)
      throw new BusError("ECANCELED", `${parked.reason}; reset the device to try again`, details);
    const { place } = this;
    if (this.#lost !== null) throw new BusError("ECANCELED", `${this.#lost}; reset the device to try again`, details);
    if (place === null || place.host.dead) {
      this.waiting.add(device);
      throw new BusError("EPROBE_DEFER", `${this.name} is being started again`, details);
    }
    const { idTable, probeTimeout = SILENCE, removeTimeout = SILENCE } = this.description;
    const hosted = new HostedBinding({
      host: place.host,
      device,
      binding,
      driverKey: place.key,
      idIndex: idTable?.findIndex(({ name }) => name === device.matchName) ?? -1,
      probeTimeout,
      removeTimeout,
    });
    this.bindings.set(device, hosted);
    // Pushed first, so it runs last: the device counts as this driver's until nothing of it is left.
    binding.resources.defer(() => void this.bindings.delete(device));
    try {
      await hosted.probe();
    } catch (error) {
      if (place.host.dead) this.waiting.add(device);
      throw error;
    }
  }

  async #remove(device: AuxiliaryDevice): Promise<void> {
    await this.bindings.get(device)?.remove();
  }
}
