import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { App } from "./app.ts";
import { ApiError } from "./http-error.ts";
import type { Parts } from "./parts.ts";
import { routes } from "./routes.ts";

/** How the host is, what has happened, and what happens. */
export function addHostRoutes(app: App, parts: Parts): void {
  const { journal, feed, metrics, settings, operations } = parts;

  app.openapi(routes.status, async (context) =>
    context.json({ ...(await parts.status()), role: context.var.caller.role }, 200),
  );

  app.openapi(routes.journal, async (context) => {
    const { kind, limit = 200, order = "desc", ...query } = context.req.valid("query");
    const { entries, more } = await journal.query({ ...query, kinds: kind, limit, order });
    const { oldest, newest } = await journal.bounds();
    return context.json({ entries, oldest, newest, more }, 200);
  });

  app.openapi(routes.events, (context) => {
    const { after, kind } = context.req.valid("query");
    if (feed.full) throw new ApiError(503, "EBUSY", "too many readers of events; close some");
    const response = context.env.outgoing;
    response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
    response.flushHeaders();
    feed.open(
      response,
      after ?? lastEventId(context.req.header("last-event-id")),
      kind === undefined ? null : new Set(kind),
    );
    return RESPONSE_ALREADY_SENT;
  });

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

/** Where a reader was when its connection was lost. */
function lastEventId(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
