import type { DriverCore } from "auxbus";
import type { z } from "@hono/zod-openapi";
import type { Modules } from "@auxbus/modules";
import type { Journal } from "../journal.ts";
import type { OperatorSettings } from "../operator-settings.ts";
import type { Operations } from "../operations.ts";
import type { Steering } from "../steering.ts";
import type { AppParts } from "./app.ts";
import type { EventFeed } from "./event-feed.ts";
import type { Metrics } from "./metrics.ts";
import type { StatusSchema } from "./schemas.ts";

/** What the API of a host is made of. */
export interface Parts extends AppParts {
  readonly core: DriverCore;
  readonly modules: Modules;
  readonly journal: Journal;
  readonly settings: OperatorSettings;
  readonly operations: Operations;
  readonly steering: Steering;
  readonly feed: EventFeed;
  readonly metrics: Metrics;
  status(): Promise<Omit<z.infer<typeof StatusSchema>, "role">>;
  reload(): Promise<void>;
  /** Begins to shut the host down. */
  down(): void;
}
