import type { BusView, DeviceSnapshot, Explanation, Snapshot, SnapshotPart } from "auxbus";
import type { z } from "@hono/zod-openapi";
import type { Looking } from "../api/look-routes.ts";
import type { SysfsSchema } from "../api/schemas.ts";
import type { Journal } from "../journal.ts";
import { readViewSysfs } from "./read-view-sysfs.ts";

/** Looks at devices through a view that knows nothing of a host. */
export class ViewLooking implements Looking {
  readonly #view: BusView;
  readonly #journal: Pick<Journal, "cursor">;
  /** As far as the last snapshots have said: to count them anew can take long. */
  seqnum = 0;
  devicesSeen = 0;
  driversSeen = 0;

  constructor(view: BusView, journal: Pick<Journal, "cursor">) {
    this.#view = view;
    this.#journal = journal;
  }

  cursor(): number {
    return this.#journal.cursor;
  }

  /** Only a host parks devices. */
  parked(): [] {
    return [];
  }

  async snapshot(parts?: readonly SnapshotPart[]): Promise<Snapshot> {
    const snapshot = await this.#view.snapshot(parts);
    this.seqnum = snapshot.seqnum;
    if (parts?.includes("devices") !== false) this.devicesSeen = snapshot.devices.length;
    if (parts?.includes("drivers") !== false) this.driversSeen = snapshot.drivers.length;
    return snapshot;
  }

  async devices(paths: readonly string[]): Promise<DeviceSnapshot[]> {
    const wanted = new Set(paths);
    const { devices } = await this.snapshot(["devices"]);
    return devices.filter(({ path }) => wanted.has(path));
  }

  explain(path: string): Promise<Explanation> {
    return this.#view.explain(path);
  }

  sysfs(path: string, values: boolean): Promise<z.infer<typeof SysfsSchema>> {
    return readViewSysfs(this.#view, path, values);
  }
}
