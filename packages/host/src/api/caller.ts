import type { HttpBindings } from "@hono/node-server";
import type { Role } from "../tokens.ts";

/** Who asks. */
export interface Caller {
  readonly role: Role;
  /** For the journal: how it came in, and what it calls itself. */
  readonly who: string;
}

/** What handlers of the API know of a request. */
export interface ApiEnv {
  Bindings: HttpBindings;
  Variables: { caller: Caller };
}
