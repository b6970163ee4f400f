import type { DriverCore } from "auxbus";
import type { z } from "@hono/zod-openapi";
import type { Modules } from "@auxbus/modules";
import type { Journal } from "../journal.ts";
import type { OperatorSettings } from "../operator-settings.ts";
import type { Operations } from "../operations.ts";
import type { Steering } from "../steering.ts";
import type { ConsoleFile } from "./console-files.ts";
import type { EventFeed } from "./event-feed.ts";
import type { Metrics } from "./metrics.ts";
import type { StatusSchema } from "./schemas.ts";

/** What the API is made of. */
export interface Parts {
  readonly core: DriverCore;
  readonly modules: Modules;
  readonly journal: Journal;
  readonly settings: OperatorSettings;
  readonly operations: Operations;
  readonly steering: Steering;
  readonly feed: EventFeed;
  readonly metrics: Metrics;
  /** By path; empty when there is no console. */
  readonly consoleFiles: ReadonlyMap<string, ConsoleFile>;
  status(): Promise<Omit<z.infer<typeof StatusSchema>, "role">>;
  reload(): Promise<void>;
  /** Begins to shut the host down. */
  down(): void;
  /** Hears of mistakes of the host itself. */
  failed(error: Error): void;
}
