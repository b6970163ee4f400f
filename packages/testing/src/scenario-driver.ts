import {
  type Attributes,
  type AuxiliaryDevice,
  type AuxiliaryDriver,
  BusError,
  type Binding,
  type Driver,
} from "auxbus";
import type { Answer, DriverDeclaration } from "./command.ts";
import type { ScenarioWorldOptions } from "./scenario-world.ts";

type MaybePromise = Promise<void> | undefined | void;

/** A driver object of a scenario: its callbacks say in the trace that they were called, and answer as declared. */
export class ScenarioDriver {
  readonly #world: Pick<ScenarioWorldOptions, "core" | "runtime" | "emit">;
  readonly #declaration: DriverDeclaration;
  readonly #definition: AuxiliaryDriver;
  #probes = 0;
  /** While probes block: what lets them go on. */
  #gate: { readonly opened: Promise<void>; readonly open: () => void } | null;
  #registering = false;
  #driver: Driver | null = null;

  constructor(world: Pick<ScenarioWorldOptions, "core" | "runtime" | "emit">, declaration: DriverDeclaration) {
    this.#world = world;
    this.#declaration = declaration;
    this.#gate = declaration.block ? makeGate() : null;
    this.#definition = this.#define();
  }

  async register(): Promise<void> {
    const registered = this.#world.core.auxiliary.register(this.#definition, { module: this.#declaration.modname });
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
    const driver = this.#driver ?? (this.#registering ? this.#world.core.auxiliary.findDriver(this.#name) : undefined);
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
    const says = (what: string, device: AuxiliaryDevice, answer: Answer): MaybePromise =>
      this.#run(
        () => this.#emit(`${what} ${driver} ${device.name} -> ${result(answer)}`),
        () => answerWith(answer, what, device),
      );
    return {
      ...(name !== undefined && { name }),
      ...(!has.noids && { idTable: ids }),
      ...(!has.noprobe && { probe: (device, id, binding) => this.#probe(device, id, binding) }),
      ...(!has.noremove && { remove: (device) => this.#remove(device) }),
      ...(has.shutdown && { shutdown: (device) => this.#run(() => this.#emit(`shutdown ${driver} ${device.name}`)) }),
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

  #probe(device: AuxiliaryDevice, id: unknown, binding: Binding<AuxiliaryDevice>): MaybePromise {
    const { driver, devm, probe } = this.#declaration;
    const { name, data } = idOf(id);
    let answer: Answer = 0;
    return this.#run(
      () => {
        this.#emit(`probe ${driver} ${device.name} id=${name} data=${data}`);
        answer = probe[Math.min(this.#probes++, probe.length - 1)] ?? 0;
        return this.#unblocked();
      },
      () => {
        device.driverData = this;
        for (let n = 1; n <= devm; n++) binding.resources.defer(() => this.#emit(`devres ${n}`));
        this.#emit(`probed ${driver} ${device.name} -> ${result(answer)}`);
      },
      () => answerWith(answer, "probe", device),
    );
  }

  /** Until probes may go on; then another processor does so, when it comes to that. */
  #unblocked(): MaybePromise {
    const { runtime } = this.#world;
    return this.#gate?.opened.then(() => new Promise<void>((resolve) => runtime.defer(resolve)));
  }

  #remove(device: AuxiliaryDevice): MaybePromise {
    const { driver } = this.#declaration;
    const data = device.driverData === undefined ? "null" : "set";
    return this.#run(
      () => this.#emit(`remove ${driver} ${device.name} drvdata=${data}`),
      () => {},
    );
  }

  /** The steps of a callback: whoever is at it may be held up before each of them. */
  #run(...[step, ...others]: readonly (() => MaybePromise)[]): MaybePromise {
    if (step === undefined) return undefined;
    const go = (): MaybePromise => {
      const done = step();
      return done === undefined ? this.#run(...others) : done.then(() => this.#run(...others));
    };
    const pause = this.#world.runtime.pause();
    return pause === undefined ? go() : pause.then(go);
  }

  #emit(line: string): void {
    this.#world.emit(line);
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

/** @throws {BusError} what the scenario says, unless that is 0 */
function answerWith(answer: Answer, what: string, device: AuxiliaryDevice): void {
  if (answer !== 0) throw new BusError(answer, `the scenario says so`, { op: what, device: device.name });
}

function idOf(id: unknown): { name: string; data: number } {
  if (typeof id !== "object" || id === null || !("name" in id)) return { name: "none", data: 0 };
  return { name: String(id.name), data: "data" in id && typeof id.data === "number" ? id.data : 0 };
}
