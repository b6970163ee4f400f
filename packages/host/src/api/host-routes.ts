import type { App } from "./app.ts";
import type { Parts } from "./parts.ts";
import { routes } from "./routes.ts";

/** How the host is, and what is done to it as a whole. */
export function addHostRoutes(app: App, parts: Parts): void {
  const { metrics, settings, operations } = parts;

  app.openapi(routes.status, async (context) =>
    context.json({ ...(await parts.status()), role: context.var.caller.role }, 200),
  );

  app.openapi(routes.settings, (context) => context.json({ settings: settings.list() }, 200));

  app.openapi(routes.metrics, async (context) =>
    context.text(await metrics.text(), 200, { "content-type": metrics.contentType }),
  );

  app.openapi(routes.reload, async (context) => {
    const { journaled } = await operations.run(context.var.caller, { op: "reload", args: {} }, () => parts.reload());
    return context.json({ journaled }, 200);
  });

  app.openapi(routes.down, async (context) => {
    const { journaled } = await operations.run(context.var.caller, { op: "down", args: {} }, () => undefined);
    parts.down();
    return context.json({ journaled }, 200);
  });
}
