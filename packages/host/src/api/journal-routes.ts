import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Journal } from "../journal.ts";
import type { App } from "./app.ts";
import type { EventFeed } from "./event-feed.ts";
import { ApiError } from "./http-error.ts";
import { routes } from "./routes.ts";

/** What has happened, and what happens. */
export function addJournalRoutes(
  app: App,
  { journal, feed }: { readonly journal: Journal; readonly feed: EventFeed },
): void {
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
}

/** Where a reader was when its connection was lost. */
function lastEventId(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
