import {
  type Attributes,
  type AuxiliaryDevice,
  type AuxiliaryDriver,
  BusError,
  type Binding,
  type Driver,
  type DriverCore,
} from "auxbus";
import type { Answer, DriverDeclaration } from "./command.ts";

/** A driver object of a scenario: its callbacks say in the trace that they were called, and answer as declared. */
export class ScenarioDriver {
  readonly #core: DriverCore;
  readonly #declaration: DriverDeclaration;
  readonly #emit: (line: string) => void;
  readonly #definition: AuxiliaryDriver;
  #probes = 0;
  /** While probes block: what lets them go on. */
  #gate: { readonly opened: Promise<void>; readonly open: () => void } | null;
  #registering = false;
  #driver: Driver | null = null;

  constructor(core: DriverCore, declaration: DriverDeclaration, emit: (line: string) => void) {
    this.#core = core;
    this.#declaration = declaration;
    this.#emit = emit;
    this.#gate = declaration.block ? makeGate() : null;
    this.#definition = this.#define();
  }

  async register(): Promise<void> {
    const registered = this.#core.auxiliary.register(this.#definition, { module: this.#declaration.modname });
    const first = !this.#registering && this.#driver === null;
    if (first) this.#registering = true;
    try {
      this.#driver = await registered;
    } finally {
      if (first) this.#registering = false;
    }
  }

  /** @throws {BusError} `EINVAL` it is not registered: there is no driver of the bus that could be asked */
  async unregister(): Promise<void> {
    const driver = this.#driver ?? (this.#registering ? this.#core.auxiliary.findDriver(this.#name) : undefined);
    if (driver === undefined) {
      throw new BusError("EINVAL", `driver ${this.#name} is not registered; register it first`, { op: "unregister" });
    }
    await driver.unregister();
    this.#driver = null;
  }

  get registered(): boolean {
    return this.#driver !== null;
  }

  /** Lets blocked probes go on, and later ones pass. */
  unblock(): void {
    this.#gate?.open();
    this.#gate = null;
  }

  get #name(): string {
    const { modname, name } = this.#declaration;
    return name === undefined ? modname : `${modname}.${name}`;
  }

  #define(): AuxiliaryDriver {
    const { driver, name, ids, suspendret, rpmret, ...has } = this.#declaration;
    const says = (what: string, device: AuxiliaryDevice, answer: Answer): void => {
      this.#emit(`${what} ${driver} ${device.name} -> ${result(answer)}`);
      if (answer !== 0) throw scripted(answer, what, device);
    };
    return {
      ...(name !== undefined && { name }),
      ...(!has.noids && { idTable: ids }),
      ...(!has.noprobe && { probe: (device, id, binding) => this.#probe(device, id, binding) }),
      ...(!has.noremove && {
        remove: (device) => {
          this.#emit(`remove ${driver} ${device.name} drvdata=${device.driverData === undefined ? "null" : "set"}`);
        },
      }),
      ...(has.shutdown && { shutdown: (device) => this.#emit(`shutdown ${driver} ${device.name}`) }),
      ...(has.pm && {
        pm: {
          suspend: (device) => says("pm_suspend", device, suspendret),
          resume: (device) => says("pm_resume", device, 0),
          runtimeSuspend: (device) => says("pm_runtime_suspend", device, rpmret),
          runtimeResume: (device) => says("pm_runtime_resume", device, 0),
        },
      }),
      ...(has.legacypm && {
        suspend: (device) => says("suspend", device, suspendret),
        resume: (device) => says("resume", device, 0),
      }),
      ...(has.async && { probeType: "async" }),
      ...(has.attr !== undefined && { deviceAttributes: () => attributeNamed(has.attr ?? "") }),
      suppressBindAttrs: has.suppress,
    };
  }

  #probe(device: AuxiliaryDevice, id: unknown, binding: Binding<AuxiliaryDevice>): void | Promise<void> {
    const { driver, devm, probe } = this.#declaration;
    const { name, data } = idOf(id);
    this.#emit(`probe ${driver} ${device.name} id=${name} data=${data}`);
    const answer = probe[Math.min(this.#probes++, probe.length - 1)] ?? 0;
    const finish = (): void => {
      device.driverData = this;
      for (let n = 1; n <= devm; n++) binding.resources.defer(() => this.#emit(`devres ${n}`));
      this.#emit(`probed ${driver} ${device.name} -> ${result(answer)}`);
      if (answer !== 0) throw scripted(answer, "probe", device);
    };
    return this.#gate === null ? finish() : this.#gate.opened.then(finish);
  }
}

function attributeNamed(name: string): Attributes {
  return { [name]: { show: () => `${name}\n` } };
}

function makeGate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

function result(answer: Answer): string {
  return answer === 0 ? "0" : `-${answer}`;
}

function scripted(answer: Exclude<Answer, 0>, what: string, device: AuxiliaryDevice): BusError {
  return new BusError(answer, `the scenario says so`, { op: what, device: device.name });
}

function idOf(id: unknown): { name: string; data: number } {
  if (typeof id !== "object" || id === null || !("name" in id)) return { name: "none", data: 0 };
  return { name: String(id.name), data: "data" in id && typeof id.data === "number" ? id.data : 0 };
}
