import type { AuxiliaryDevice, AuxiliaryDriver, Device } from "auxbus";
import { expect } from "vitest";
import type { Rig } from "../support/rig.ts";

type Phase = "absent" | "added" | "bound" | "removed";

/** Watches a bus, and tells which rule an event or a callback has broken. */
export class Observer {
  readonly #rig: Rig;
  /** By device object: names are used again. */
  readonly #uevents = new Map<Device, Phase>();
  readonly #callbacks = new Map<Device, string>();
  readonly #driverOf = new Map<Device, string>();
  readonly #released = new Set<Device>();

  readonly #broken: unknown[] = [];
  #sequence = 0;
  #lastBind = 0;
  readonly #lastProbe = new Map<Device, number>();

  constructor(rig: Rig) {
    this.#rig = rig;
    rig.core.uevents.subscribe(({ action, device }) => {
      if (device === undefined || device.bus === null) return;
      try {
        this.#uevent(action, device);
      } catch (error) {
        // What a subscriber throws stops nothing.
        this.#broken.push(error);
      }
    });
  }

  #uevent(action: string, device: Device): void {
    const phase = this.#uevents.get(device) ?? "absent";
    const name = `${action} ${device.name} while ${phase}`;
    switch (action) {
      case "add":
        expect(phase, name).toBe("absent");
        this.#uevents.set(device, "added");
        break;
      case "bind":
        expect(phase, name).toBe("added");
        this.#uevents.set(device, "bound");
        this.#lastBind = ++this.#sequence;
        break;
      case "unbind":
        expect(phase, name).toBe("bound");
        this.#uevents.set(device, "added");
        break;
      case "remove":
        // A device whose name was taken by one with another parent was there for a moment only.
        expect(phase, name).toMatch(/^(added|absent)$/);
        this.#uevents.set(device, "removed");
        break;
      default:
        expect.unreachable(name);
    }
  }

  /** The same driver, with every callback watched. */
  watch(name: string, driver: AuxiliaryDriver): AuxiliaryDriver {
    return {
      ...driver,
      probe: (device, id, binding) => {
        expect(this.#driverOf.get(device), `${name} probes ${device.name}, which has a driver`).toBeUndefined();
        expect(this.#uevents.get(device), `${name} probes ${device.name}`).toBe("added");
        this.#lastProbe.set(device, ++this.#sequence);
        return this.#during(device, `probe by ${name}`, () => {
          const fail = (error: unknown): never => {
            this.#driverOf.delete(device);
            throw error;
          };
          this.#driverOf.set(device, name);
          try {
            const result = driver.probe?.(device, id, binding);
            return result === undefined ? undefined : result.then(undefined, fail);
          } catch (error) {
            return fail(error);
          }
        });
      },
      remove: (device) => {
        expect(this.#driverOf.get(device), `${name} removes ${device.name}`).toBe(name);
        return this.#during(device, `remove by ${name}`, () => {
          const end = (): void => void this.#driverOf.delete(device);
          const result = driver.remove?.(device);
          return result === undefined ? end() : result.then(end);
        });
      },
    };
  }

  /** Callbacks of one device never overlap, and nothing runs on a device that is gone. */
  #during(device: AuxiliaryDevice, what: string, fn: () => void | PromiseLike<void>): void | PromiseLike<void> {
    expect(this.#callbacks.get(device), `${what} on ${device.name}`).toBeUndefined();
    expect(this.#released.has(device), `${what} on ${device.name}, which was released`).toBe(false);
    expect(device.state, `${what} on ${device.name}`).toMatch(/^(added|deleting)$/);
    this.#callbacks.set(device, what);
    const end = (): void => void this.#callbacks.delete(device);
    try {
      const result = fn();
      if (result === undefined) return end();
      return result.then(end, (error: unknown) => {
        end();
        throw error;
      });
    } catch (error) {
      end();
      throw error;
    }
  }

  release(device: Device): void {
    expect(this.#released.has(device), `${device.name} is released a second time`).toBe(false);
    expect(this.#driverOf.get(device), `${device.name} is released with a driver`).toBeUndefined();
    expect(this.#uevents.get(device) ?? "absent", `${device.name} is released`).toMatch(/^(absent|removed)$/);
    this.#released.add(device);
  }

  triedAfterLastBind(device: Device): boolean {
    return (this.#lastProbe.get(device) ?? 0) > this.#lastBind;
  }

  get releases(): number {
    return this.#released.size;
  }

  /** What the bus shows is what has happened. */
  consistent(): void {
    for (const error of this.#broken) throw error;
    const { core } = this.#rig;
    const shown = [...core.auxiliary.devices()];
    expect(core.sysfs.list("bus/auxiliary/devices")).toEqual(shown.map((d) => d.name).toSorted());
    for (const device of shown) {
      const bound = this.#uevents.get(device) === "bound";
      if (this.#callbacks.has(device)) continue;
      expect(device.driver?.name ?? null, device.name).toBe(bound ? this.#driverOf.get(device) : null);
      if (device.driver !== null) expect([...device.driver.devices()]).toContain(device);
    }
    for (const driver of core.auxiliary.drivers()) {
      const devices = [...driver.devices()];
      expect(new Set(devices).size).toBe(devices.length);
      for (const device of devices) expect(this.#uevents.get(device)).toBe("bound");
    }
  }
}
