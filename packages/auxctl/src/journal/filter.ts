import { type Entry, nameOf } from "./entry.ts";

/** Which entries are asked for, as the host reads it. */
export interface Filter {
  readonly since?: number;
  readonly until?: number;
  readonly device?: string;
  readonly driver?: string;
  readonly module?: string;
  readonly kind?: string;
  readonly level?: "info" | "warn" | "error";
  readonly text?: string;
}

const LEVELS = ["info", "warn", "error"];

/** Whether an entry is one of those, for what comes as an event: of events, the host only knows the kind. */
export function matches(filter: Filter, entry: Entry): boolean {
  const { since, until, device, driver, module, kind, level, text } = filter;
  return (
    (since === undefined || entry.time >= since) &&
    (until === undefined || entry.time <= until) &&
    (device === undefined || (entry.device !== null && [entry.device, nameOf(entry.device)].includes(device))) &&
    (driver === undefined || entry.driver === driver) &&
    (module === undefined || ("module" in entry.data && entry.data.module === module)) &&
    (kind === undefined || kind.split(",").includes(entry.kind)) &&
    (level === undefined || (entry.kind === "log" && LEVELS.indexOf(entry.data.level) >= LEVELS.indexOf(level))) &&
    (text === undefined || JSON.stringify(entry).toLowerCase().includes(text.toLowerCase()))
  );
}
