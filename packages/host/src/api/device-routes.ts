import type { App } from "./app.ts";
import type { Parts } from "./parts.ts";
import { routes } from "./routes.ts";

/** Does to devices what only their host can do. */
export function addDeviceRoutes(app: App, { steering }: Parts): void {
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
