import type { z } from "zod";
import type { EntrySchema } from "./api/schemas.ts";

/** Something that has happened, as it stands in the journal. */
export type Entry = z.infer<typeof EntrySchema>;

/** `Entry` without what the journal adds. */
type Fresh<E> = E extends Entry ? Omit<E, "id" | "time"> : never;

/** Something that has just happened. */
export type NewEntry = Fresh<Entry>;

/** Which entries are asked for. */
export interface JournalFilter {
  /** Only greater ids. */
  readonly after?: number | undefined;
  /** Only smaller ids. */
  readonly before?: number | undefined;
  /** Milliseconds since 1970, inclusive. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Name or path. */
  readonly device?: string | undefined;
  readonly driver?: string | undefined;
  readonly module?: string | undefined;
  readonly kinds?: readonly Entry["kind"][] | undefined;
  /** Of log entries: this or worse. */
  readonly level?: "info" | "warn" | "error" | undefined;
  /** Somewhere in the entry. */
  readonly text?: string | undefined;
  /** At most so many. */
  readonly limit: number;
  readonly order: "asc" | "desc";
}

export interface JournalPage {
  readonly entries: readonly Entry[];
  /** There are more on the far side. */
  readonly more: boolean;
}

export interface JournalBounds {
  readonly oldest: number | null;
  readonly newest: number | null;
  readonly entries: number;
}
