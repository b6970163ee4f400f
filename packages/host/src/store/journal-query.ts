import type { JournalFilter } from "../journal-entry.ts";

const LEVELS = { info: 0, warn: 1, error: 2 } as const;

/** The entries that a filter names, one more than it wants at most, as SQL. */
export function journalQuery(filter: JournalFilter): { readonly sql: string; readonly values: (string | number)[] } {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const add = (condition: string, ...given: (string | number)[]): void => {
    conditions.push(condition);
    values.push(...given);
  };
  const { after, before, since, until, device, driver, module, kinds, level, text, limit, order } = filter;
  if (after !== undefined) add("id > ?", after);
  if (before !== undefined) add("id < ?", before);
  if (since !== undefined) add("time >= ?", since);
  if (until !== undefined) add("time <= ?", until);
  if (device?.startsWith("/") === true) add("device = ?", device);
  else if (device !== undefined) add("(device = ? OR device LIKE ? ESCAPE '\\')", device, `%/${escaped(device)}`);
  if (driver !== undefined) add("driver = ?", driver);
  if (module !== undefined) add("module = ?", module);
  if (kinds !== undefined) add(`kind IN (${kinds.map(() => "?").join(", ")})`, ...kinds);
  if (level !== undefined) add("level >= ?", LEVELS[level]);
  if (text !== undefined) {
    const like = `%${escaped(text)}%`;
    add("(device LIKE ? ESCAPE '\\' OR driver LIKE ? ESCAPE '\\' OR data LIKE ? ESCAPE '\\')", like, like, like);
  }
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  const direction = order === "asc" ? "ASC" : "DESC";
  return {
    sql: `SELECT id, time, kind, device, driver, data FROM journal${where} ORDER BY id ${direction} LIMIT ?`,
    values: [...values, limit + 1],
  };
}

/** Text that stands for itself in a LIKE. */
function escaped(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
}
