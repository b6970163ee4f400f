import type { JournalFilter } from "../journal-entry.ts";
import { COLUMNS, LEVELS } from "./journal-row.ts";

type Value = string | number;

/** The entries that a filter names, one more than it wants at most, as SQL. */
export function journalQuery(filter: JournalFilter): { readonly sql: string; readonly values: readonly Value[] } {
  const conditions: string[] = [];
  const values: Value[] = [];
  const add = (condition: string, ...given: Value[]): void => {
    conditions.push(condition);
    values.push(...given);
  };
  const { after, before, since, until, device, driver, module, kinds, level, text, limit, order } = filter;
  if (after !== undefined) add("id > ?", after);
  if (before !== undefined) add("id < ?", before);
  // Rows come in the order of ids, so an index of times cannot find them (hence the +), but it tells from which id on
  // it is worth looking. The clock may have been set back: that is not the same.
  if (since !== undefined) {
    add("+time >= ? AND id >= (SELECT min(+id) FROM journal WHERE time >= ?)", since, since);
  }
  if (until !== undefined) {
    add("+time <= ? AND id <= (SELECT max(+id) FROM journal WHERE time <= ?)", until, until);
  }
  if (device !== undefined) add("name = ?", device.slice(device.lastIndexOf("/") + 1));
  if (device?.startsWith("/") === true) add("device = ?", device);
  if (driver !== undefined) add("driver = ?", driver);
  if (module !== undefined) add("module = ?", module);
  // Of several kinds the index would give one after the other, all to be sorted.
  const [kind, ...others] = kinds ?? [];
  if (kind !== undefined && others.length === 0) add("kind = ?", kind);
  else if (kinds !== undefined) add(`+kind IN (${kinds.map(() => "?").join(", ")})`, ...kinds);
  // Word for word as in the indexes. Only log entries have a level at all.
  if (level !== undefined) add(level === "info" ? "kind = 'log'" : `level >= ${LEVELS[level]}`);
  if (text !== undefined) {
    const like = `%${text.replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`;
    add("(device LIKE ? ESCAPE '\\' OR driver LIKE ? ESCAPE '\\' OR data LIKE ? ESCAPE '\\')", like, like, like);
  }
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  const direction = order === "asc" ? "ASC" : "DESC";
  return {
    sql: `SELECT ${COLUMNS} FROM journal${where} ORDER BY id ${direction} LIMIT ?`,
    values: [...values, limit + 1],
  };
}
