import type { App } from "./app.ts";
import type { Caller } from "./caller.ts";
import { routes } from "./routes.ts";

/** That it is done. */
export interface Done {
  /** False: it could not be written down. */
  readonly journaled: boolean;
}

/** What operators do to devices; each is written down. Throws `BusError`. */
export interface DeviceSteering {
  writeSysfs(caller: Caller, path: string, value: string): Promise<Done>;
  bind(caller: Caller, bus: string, driver: string, device: string): Promise<Done>;
  unbind(caller: Caller, bus: string, driver: string, device: string): Promise<Done>;
  rebind(caller: Caller, bus: string, device: string): Promise<Done>;
  rescan(caller: Caller, bus: string, device: string): Promise<Done>;
  override(caller: Caller, bus: string, device: string, driver: string | null): Promise<Done>;
}

/** Steers devices. */
export function addSteerRoutes(app: App, steering: DeviceSteering): void {
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
}
