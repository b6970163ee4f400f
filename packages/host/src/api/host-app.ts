import { type DeviceSnapshot, deviceSnapshot } from "auxbus";
import { type App, makeApp } from "./app.ts";
import { addDeviceRoutes } from "./device-routes.ts";
import type { Entrance } from "./gate.ts";
import { addHostRoutes } from "./host-routes.ts";
import { addJournalRoutes } from "./journal-routes.ts";
import { addLookRoutes, type Looking } from "./look-routes.ts";
import { addModuleRoutes } from "./module-routes.ts";
import type { Parts } from "./parts.ts";
import { readSysfs } from "./read-sysfs.ts";
import { addSteerRoutes } from "./steer-routes.ts";
import { addVerbRoutes } from "./verb-routes.ts";

/** The API of a host, for those who come in by one entrance. */
export function makeHostApp(parts: Parts, entrance: Entrance): App {
  return makeApp(parts, entrance, (app) => {
    addLookRoutes(app, lookingAt(parts));
    addSteerRoutes(app, parts.steering);
    addDeviceRoutes(app, parts);
    addModuleRoutes(app, parts);
    addVerbRoutes(app, parts);
    addJournalRoutes(app, parts);
    addHostRoutes(app, parts);
  });
}

/** A host knows its devices by their paths, and which are parked. */
function lookingAt({ core, settings, journal }: Parts): Looking {
  const view = core.view();
  return {
    cursor: () => journal.cursor,
    parked: () => settings.parked(),
    snapshot: (parts) => view.snapshot(parts),
    devices: async (paths) =>
      paths.flatMap((path): DeviceSnapshot[] => {
        const device = core.findDevice(path);
        return device === undefined ? [] : [deviceSnapshot(device)];
      }),
    explain: async (path) => {
      const explained = await view.explain(path);
      const parked = settings.parkedAt(explained.path);
      return parked === undefined ? explained : { ...explained, summary: `parked: ${parked.reason}` };
    },
    sysfs: async (path, values) => readSysfs(core, path, values),
  };
}
