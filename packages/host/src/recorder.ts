import type { DriverCore } from "auxbus";
import type { Modules } from "@auxbus/modules";
import type { Journal } from "./journal.ts";
import { reasonOf } from "./reason.ts";

/** Writes what happens on the bus into the journal. */
export class Recorder implements Disposable {
  readonly #subscriptions: readonly Disposable[];

  constructor(core: DriverCore, modules: Modules, journal: Journal) {
    this.#subscriptions = [
      core.uevents.subscribe(({ seqnum, action, devpath, subsystem = null, env }) =>
        journal.add({
          kind: "uevent",
          device: devpath.startsWith("/devices/") ? devpath : null,
          driver: env["DRIVER"] ?? null,
          data: { seqnum, action, devpath, subsystem, env: { ...env } },
        }),
      ),
      core.tracepoints.subscribe((record) => {
        switch (record.point) {
          case "probe": {
            const { device, driver, result, error, ms } = record;
            const message = error === undefined ? null : reasonOf(error);
            journal.add({
              kind: "probe",
              device: device.path,
              driver: driver.name,
              data: { module: driver.module.name, result, message, ms },
            });
            break;
          }
          case "remove": {
            const { device, driver, ms } = record;
            journal.add({
              kind: "remove",
              device: device.path,
              driver: driver.name,
              data: { module: driver.module.name, ms },
            });
            break;
          }
          case "rpm": {
            const { device, status } = record;
            journal.add({ kind: "pm", device: device.path, driver: device.driver?.name ?? null, data: { status } });
            break;
          }
          case "system":
            journal.add({ kind: "pm", device: null, driver: null, data: { status: record.status } });
        }
      }),
      modules.subscribe((module, change) =>
        journal.add({
          kind: "module",
          device: null,
          driver: null,
          data: { module, change, version: versionOf(modules, module) },
        }),
      ),
      modules.isolation.subscribe(({ host, modules: names, why, lost }) => {
        for (const { device, module, parked } of lost) {
          const driver = device.driver?.name ?? null;
          journal.add({ kind: "crash", device: device.path, driver, data: { module, host, why, parked } });
        }
        // One that had no device is told, too.
        for (const module of names) {
          if (lost.some((each) => each.module === module)) continue;
          journal.add({ kind: "crash", device: null, driver: null, data: { module, host, why, parked: false } });
        }
      }),
      core.log.subscribe(({ level, message, device, driver }) => {
        if (level === "debug") return;
        const path = device === undefined ? null : pathOf(core, device);
        journal.add({ kind: "log", device: path, driver: driver ?? null, data: { level, message } });
      }),
    ];
  }

  [Symbol.dispose](): void {
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
  }
}

/** The log names devices; their path tells which one. One that has gone is known by its name alone. */
function pathOf(core: DriverCore, name: string): string {
  for (const bus of core.buses()) {
    const device = bus.find(name);
    if (device !== undefined) return device.path;
  }
  return name;
}

function versionOf(modules: Modules, name: string): string {
  try {
    return modules.modinfo(name).version;
  } catch {
    return "?";
  }
}
