import { LinuxView } from "@auxbus/linux";
import type { DeviceSnapshot, Snapshot } from "auxbus";
import { atParent } from "../devices/at-parent.ts";
import { type DeviceDetails, sfnumOf } from "../devices/details.ts";
import { interruptsOf } from "../devices/interrupts.ts";
import { registeredByClass } from "../devices/registered-by-class.ts";
import type { LsauxOptions } from "./options.ts";

/** What lsaux has seen. */
export interface Look {
  readonly snapshot: Snapshot;
  readonly details: ReadonlyMap<string, DeviceDetails>;
  /** Why devices have no driver. */
  readonly why: ReadonlyMap<string, string>;
}

/**
 * Looks at the machine that the options name. There may be ten thousand devices, so what is not shown is not read.
 *
 * @param all also what takes its time: interrupts, runtime power management
 * @throws {BusError} there is no Linux, or no such bus
 */
export async function lookAt({ all: every, bus = "auxiliary", root }: LsauxOptions, all: boolean): Promise<Look> {
  const buses = every === true ? ["all"] : bus.split(",").filter((name) => name !== "");
  const view = new LinuxView({ buses, runtimeStatus: all, ...(root === undefined ? {} : { root }) });
  const snapshot = await view.snapshot();
  const registered = await registeredByClass(view, snapshot.devices);
  // Without asking where each path leads.
  const files = { read: async (path: string) => view.tree.attribute(path) ?? "" };
  const details = new Map<string, DeviceDetails>();
  for (const device of snapshot.devices) {
    const { path, name, bus: on } = device;
    if (on === null) continue;
    const sfnum = /\.sf\.\d+$/.test(name) ? await sfnumOf(files, path) : null;
    const folder = on === "auxiliary" ? "irqs" : "msi_irqs";
    // Without driver a line is that of nobody.
    const shown = device.driver === null ? [folder] : [folder, "irq"];
    const there = (name: string): boolean => view.tree.exists(`${path.slice(1)}/${name}`);
    const interrupts = all ? await interruptsOf(view, path, shown.filter(there)) : [];
    const registeredAtParent = await atParent(device, (above) => registered.get(above) ?? []);
    details.set(path, { registered: registered.get(path) ?? [], registeredAtParent, sfnum, interrupts });
  }
  return { snapshot, details, why: reasonsOf(view, snapshot.devices) };
}

function reasonsOf(view: LinuxView, devices: readonly DeviceSnapshot[]): ReadonlyMap<string, string> {
  const idle = devices.filter(({ bus, state }) => bus !== null && state !== "bound");
  // The state stands in a column of its own.
  const said = [...view.summaries(idle)].map(
    ([path, summary]) => [path, summary.replace(/^(unbound|deferred): /, "")] as const,
  );
  return new Map(said);
}
