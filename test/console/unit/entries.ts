import type { Device, Entry, Snapshot } from "../../../packages/console/src/api.ts";

type Said<E> = E extends Entry ? Pick<E, "kind" | "data"> : never;

/** An entry of the journal, at second `id`. */
export function entry(id: number, device: string | null, said: Said<Entry>): Entry {
  return { id, time: id * 1000, device, driver: null, ...said };
}

type Action = Extract<Entry, { kind: "uevent" }>["data"]["action"];

export function uevent(id: number, action: Action, device: string, subsystem = "auxiliary"): Entry {
  return entry(id, device, { kind: "uevent", data: { seqnum: id, action, devpath: device, subsystem, env: {} } });
}

export function device(path: string, more: Partial<Device> = {}): Device {
  const parent = path.slice(0, path.lastIndexOf("/"));
  return {
    path,
    name: path.slice(parent.length + 1),
    parent: parent === "/devices" ? null : parent,
    bus: "auxiliary",
    driver: null,
    module: null,
    state: "unbound",
    reason: null,
    modalias: null,
    version: null,
    runtimeStatus: "unsupported",
    ...more,
  };
}

export function snapshot(cursor: number, ...devices: readonly Device[]): Snapshot {
  return { seqnum: cursor, cursor, buses: [], devices, drivers: [], links: [], parked: [] };
}
