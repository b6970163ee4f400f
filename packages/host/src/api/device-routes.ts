import { deviceSnapshot } from "auxbus";
import type { App } from "./app.ts";
import type { Parts } from "./parts.ts";
import { readSysfs } from "./read-sysfs.ts";
import { routes } from "./routes.ts";
import { PARTS } from "./schemas.ts";

/** Looks at devices, and steers them. */
export function addDeviceRoutes(app: App, { core, settings, steering, journal }: Parts): void {
  const view = core.view();

  app.openapi(routes.snapshot, async (context) => {
    const { parts = PARTS } = context.req.valid("query");
    const has = (part: (typeof PARTS)[number]): boolean => parts.includes(part);
    // Nothing comes between the two.
    const { cursor } = journal;
    const all = await view.snapshot();
    return context.json(
      {
        seqnum: all.seqnum,
        cursor,
        buses: has("buses") ? all.buses : [],
        devices: has("devices") ? all.devices : [],
        drivers: has("drivers") ? all.drivers : [],
        links: has("links") ? all.links : [],
        parked: has("parked") ? settings.parked() : [],
      },
      200,
    );
  });

  app.openapi(routes.lookup, (context) => {
    const { paths } = context.req.valid("json");
    const found = paths.flatMap((path) => core.findDevice(path) ?? []);
    return context.json({ cursor: journal.cursor, devices: found.map(deviceSnapshot) }, 200);
  });

  app.openapi(routes.explain, async (context) => {
    const { path } = context.req.valid("query");
    const explained = await view.explain(path);
    const parked = settings.parkedAt(explained.path);
    const summary = parked === undefined ? explained.summary : `parked: ${parked.reason}`;
    return context.json({ ...explained, summary }, 200);
  });

  app.openapi(routes.readSysfs, (context) => {
    const { path, values } = context.req.valid("query");
    return context.json(readSysfs(core, path, values === "true"), 200);
  });

  app.openapi(routes.writeSysfs, async (context) => {
    const { path, value } = context.req.valid("json");
    return context.json(await steering.writeSysfs(context.var.caller, path, value), 200);
  });

  app.openapi(routes.bind, async (context) => {
    const { bus, driver, device } = context.req.valid("json");
    return context.json(await steering.bind(context.var.caller, bus, driver, device), 200);
  });

  app.openapi(routes.unbind, async (context) => {
    const { bus, driver, device } = context.req.valid("json");
    return context.json(await steering.unbind(context.var.caller, bus, driver, device), 200);
  });

  app.openapi(routes.rebind, async (context) => {
    const { bus, device } = context.req.valid("json");
    return context.json(await steering.rebind(context.var.caller, bus, device), 200);
  });

  app.openapi(routes.rescan, async (context) => {
    const { bus, device } = context.req.valid("json");
    return context.json(await steering.rescan(context.var.caller, bus, device), 200);
  });

  app.openapi(routes.override, async (context) => {
    const { bus, device, driver } = context.req.valid("json");
    return context.json(await steering.override(context.var.caller, bus, device, driver), 200);
  });

  app.openapi(routes.park, async (context) => {
    const { device, reason = "by the operator" } = context.req.valid("json");
    return context.json(await steering.park(context.var.caller, device, reason), 200);
  });

  app.openapi(routes.unpark, async (context) => {
    const { device } = context.req.valid("json");
    return context.json(await steering.unpark(context.var.caller, device), 200);
  });

  app.openapi(routes.suspend, async (context) => context.json(await steering.suspend(context.var.caller), 200));
  app.openapi(routes.resume, async (context) => context.json(await steering.resume(context.var.caller), 200));
}
