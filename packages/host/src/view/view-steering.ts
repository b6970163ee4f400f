import { BusError, type BusView } from "auxbus";
import type { Caller } from "../api/caller.ts";
import type { DeviceSteering, Done } from "../api/steer-routes.ts";
import type { Operations } from "../operations.ts";

/** Steers devices through a view, and writes it down. Unlike a host, it keeps no settings. */
export class ViewSteering implements DeviceSteering {
  readonly #view: BusView;
  readonly #operations: Operations;

  constructor(view: BusView, operations: Operations) {
    this.#view = view;
    this.#operations = operations;
  }

  writeSysfs(caller: Caller, path: string, value: string): Promise<Done> {
    return this.#done(caller, "write", { path, value }, () => this.#view.write(path, value));
  }

  bind(caller: Caller, bus: string, driver: string, device: string): Promise<Done> {
    return this.#done(caller, "bind", { bus, driver, device }, () => this.#view.bind(bus, driver, device));
  }

  unbind(caller: Caller, bus: string, driver: string, device: string): Promise<Done> {
    return this.#done(caller, "unbind", { bus, driver, device }, () => this.#view.unbind(bus, driver, device));
  }

  rebind(caller: Caller, bus: string, device: string): Promise<Done> {
    return this.#done(caller, "rebind", { bus, device }, async () => {
      const { devices } = await this.#view.snapshot(["devices"]);
      const driver = devices.find((each) => each.bus === bus && each.name === device)?.driver ?? null;
      if (driver === null) {
        throw new BusError("ENODEV", `${device} has no driver; bind it to one, or rescan it`, { op: "rebind", device });
      }
      await this.#view.unbind(bus, driver, device);
      await this.#view.bind(bus, driver, device);
    });
  }

  rescan(caller: Caller, bus: string, device: string): Promise<Done> {
    return this.#done(caller, "rescan", { bus, device }, () => this.#view.rescan(bus, device));
  }

  override(caller: Caller, bus: string, device: string, driver: string | null): Promise<Done> {
    return this.#done(caller, "override", { bus, device, driver }, () => this.#view.override(bus, device, driver));
  }

  async #done(caller: Caller, op: string, args: Readonly<Record<string, unknown>>, fn: () => Promise<void>) {
    const { journaled } = await this.#operations.run(caller, { op, args }, fn);
    return { journaled };
  }
}
