import {
  type AuxiliaryDevice,
  type AuxiliaryDriver,
  BusError,
  type Binding,
  type Device,
  type Driver,
  DriverCore,
  type DriverCoreOptions,
  type Errno,
  errnoOf,
} from "auxbus";
import { VirtualRuntime } from "@auxbus/testing";
import { expect } from "vitest";

export type Outcome = Errno | "ok";

export interface RigDriverOptions {
  readonly name?: string;
  /** Match names, `m.x` when left out. */
  readonly ids?: readonly string[];
  /** What the 1st, 2nd, … probe comes to; the last again and again. */
  readonly probe?: readonly Outcome[];
  /** Milliseconds that a probe takes; undefined: none, it is synchronous. */
  readonly takes?: number;
  readonly actions?: number;
  readonly more?: Partial<AuxiliaryDriver>;
}

/** A bus in virtual time that writes down what happens on it. */
export class Rig {
  readonly runtime: VirtualRuntime;
  readonly core: DriverCore;
  readonly nic: Device;
  readonly log: string[] = [];

  constructor(options: Omit<DriverCoreOptions, "runtime"> = {}, runtime: VirtualRuntime = new VirtualRuntime()) {
    this.runtime = runtime;
    this.core = new DriverCore({ runtime, ...options });
    this.nic = this.core.addRootDevice("nic0");
    this.core.uevents.subscribe(({ action, devpath }) => this.log.push(`${action} ${devpath.split("/").at(-1)}`));
  }

  /** Runs what `promise` needs, time included, but not beyond a day. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    promise.then(settle, settle);
    await this.runtime.runUntilIdle();
    while (!settled) {
      const next = this.runtime.nextTimer;
      if (next === undefined) throw new Error("nothing is left to happen, and the operation has not ended");
      await this.runtime.advance(next - this.runtime.now());
    }
    return promise;
  }

  create(name = "x", id?: number, parent: Device = this.nic): Promise<AuxiliaryDevice> {
    return this.core.auxiliary.create(parent, {
      module: "m",
      name,
      ...(id === undefined ? {} : { id }),
      release: (d) => this.log.push(`release ${d.name}`),
    });
  }

  driver(options: RigDriverOptions = {}): AuxiliaryDriver {
    const { ids = ["m.x"], probe = ["ok"], takes, actions = 0 } = options;
    let probes = 0;
    return {
      ...(options.name === undefined ? {} : { name: options.name }),
      idTable: ids.map((name) => ({ name })),
      probe: (device, _id, { resources }: Binding<AuxiliaryDevice>) => {
        this.log.push(`probe ${device.name}`);
        const outcome = probe[Math.min(probes++, probe.length - 1)] ?? "ok";
        for (let i = 1; i <= actions; i++) resources.defer(() => void this.log.push(`devres ${i}`));
        device.driverData = options;
        const end = (): void => {
          if (outcome !== "ok") throw new BusError(outcome, "as the test wants");
        };
        return takes === undefined ? end() : this.after(takes).then(end);
      },
      remove: (device) => {
        this.log.push(`remove ${device.name}`);
        return takes === undefined ? undefined : this.after(takes);
      },
      ...options.more,
    };
  }

  register(options: RigDriverOptions = {}, module = "drv"): Promise<Driver> {
    return this.core.auxiliary.register(this.driver(options), { module });
  }

  after(ms: number): Promise<void> {
    return new Promise((resolve) => this.runtime.setTimer(resolve, ms));
  }

  /** What has happened since the last time. */
  since(): string[] {
    return this.log.splice(0);
  }

  /** Takes everything away, and looks whether anything is left. */
  async end(): Promise<void> {
    const { core } = this;
    if (core.power.suspended) await this.run(core.power.resume());
    for (const bus of core.buses()) {
      for (const driver of bus.drivers()) await this.run(driver.unregister());
      for (const device of [...bus.devices()].toReversed()) {
        if (device.state === "added") await this.run(device.destroy());
      }
    }
    if (this.nic.state === "added") await this.run(this.nic.destroy());
    await this.runtime.runUntilIdle();
    expectNothingLeft(core);
  }
}

export function expectNothingLeft(core: DriverCore): void {
  expect(
    [...core.devices()].map((device) => device.name),
    "devices",
  ).toEqual([]);
  for (const bus of core.buses()) {
    expect(
      [...bus.drivers()].map((driver) => driver.name),
      `drivers of ${bus.name}`,
    ).toEqual([]);
    expect(bus.size, `devices of ${bus.name}`).toBe(0);
  }
  expect(core.deferred.list(), "deferred probes").toEqual([]);
  expect(core.sysfs.list("devices"), "/sys/devices").toEqual([]);
}

/** The errno of what a promise is rejected with; `ok` when it is fulfilled. */
export async function outcome(promise: Promise<unknown>): Promise<Outcome> {
  try {
    await promise;
    return "ok";
  } catch (error) {
    expect(error, String(error)).toBeInstanceOf(BusError);
    return errnoOf(error);
  }
}
