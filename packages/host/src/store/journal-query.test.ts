import fc from "fast-check";
import { expect, test } from "vitest";
import type { Entry, JournalFilter } from "../journal-entry.ts";
import { StoreDatabase } from "./database.ts";
import { rowOf } from "./journal-row.ts";

const DEVICES = ["/devices/a/x.y.0", "/devices/b/x.y.0", "/devices/a", "/devices/ab", "a", null];
const DRIVERS = ["mlx5", "ML%5", "_", null];
const MODULES = ["core", "ib"];
const LEVELS = ["info", "warn", "error"] as const;
/** Some of them stand for others in SQL. */
const TEXTS = ["a", "Bound", "%", "_", "\\", "'", "x.y", "ä"];

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 1 });

const module = fc.constantFrom(...MODULES);
const text = fc.constantFrom(...TEXTS);
const told = fc.oneof(
  fc.record({ level: fc.constantFrom(...LEVELS), message: text }).map((data) => ({ kind: "log" as const, data })),
  fc
    .record({ module, result: fc.constant("bound"), message: fc.constant(null), ms: fc.constant(1) })
    .map((data) => ({ kind: "probe" as const, data })),
  fc.record({ module, ms: fc.constant(1) }).map((data) => ({ kind: "remove" as const, data })),
  fc.record({ status: text }).map((data) => ({ kind: "pm" as const, data })),
  fc.record({ lost: fc.nat(9), why: text }).map((data) => ({ kind: "gap" as const, data })),
);

const journal: fc.Arbitrary<Entry[]> = fc
  .array(
    fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.nat(50),
      fc.constantFrom(...DEVICES),
      fc.constantFrom(...DRIVERS),
      told,
    ),
    { maxLength: 40 },
  )
  .map((made) => {
    let id = 0;
    // Ids may be missing, and the clock may have been set back.
    return made.map(([step, time, device, driver, what]) => ({ id: (id += step), time, device, driver, ...what }));
  });

const filters: fc.Arbitrary<JournalFilter> = fc.record({
  after: optional(fc.nat(90)),
  before: optional(fc.nat(90)),
  since: optional(fc.nat(60)),
  until: optional(fc.nat(60)),
  device: optional(fc.constantFrom("x.y.0", "a", "/devices/a", "/devices/a/x.y.0", "/devices/none", "none")),
  driver: optional(fc.constantFrom("mlx5", "ML%5", "_", "none")),
  module: optional(fc.constantFrom(...MODULES, "none")),
  kinds: optional(fc.uniqueArray(fc.constantFrom("log", "probe", "remove", "pm", "gap", "crash"), { minLength: 1 })),
  level: optional(fc.constantFrom(...LEVELS)),
  text: optional(text),
  limit: fc.integer({ min: 1, max: 50 }),
  order: fc.constantFrom("asc", "desc"),
});

/** What a filter means, in the simplest words. */
function fits(entry: Entry, filter: JournalFilter): boolean {
  const { id, time, device, driver, kind, data } = entry;
  const { after = -1, before = Infinity, since = -1, until = Infinity, level, text } = filter;
  const is = (wanted: string | undefined, ...values: (string | null | undefined)[]): boolean =>
    wanted === undefined || values.includes(wanted);
  const written = [device, driver, JSON.stringify(data)].map((part) => part?.toLowerCase() ?? "");
  return (
    id > after &&
    id < before &&
    time >= since &&
    time <= until &&
    is(filter.device, device, device?.split("/").at(-1)) &&
    is(filter.driver, driver) &&
    is(filter.module, "module" in data ? data.module : null) &&
    (filter.kinds === undefined || filter.kinds.includes(kind)) &&
    (level === undefined || ("level" in data && LEVELS.indexOf(data.level) >= LEVELS.indexOf(level))) &&
    (text === undefined || written.some((part) => part.includes(text.toLowerCase())))
  );
}

function databaseOf(entries: readonly Entry[]): StoreDatabase {
  const database = new StoreDatabase({ file: null, entries: 1e9, age: 1e15 });
  database.append(entries.map(rowOf));
  return database;
}

test("gives what a filter names, in order, and says whether there is more", () => {
  fc.assert(
    fc.property(journal, fc.array(filters, { minLength: 1, maxLength: 20 }), (entries, asked) => {
      const database = databaseOf(entries);
      for (const filter of asked) {
        const all = entries.filter((entry) => fits(entry, filter));
        if (filter.order === "desc") all.reverse();
        const expected = { entries: all.slice(0, filter.limit), more: all.length > filter.limit };
        expect(database.query(filter)).toEqual(expected);
      }
      database.close();
    }),
    { numRuns: 200 },
  );
});

test.each(["asc", "desc"] as const)("gives each entry once, page by page: %s", (order) => {
  fc.assert(
    fc.property(journal, filters, (entries, filter) => {
      const database = databaseOf(entries);
      const { after: _after, before: _before, ...rest } = filter;
      const seen: Entry[] = [];
      for (let edge: number | undefined; ; edge = seen.at(-1)?.id) {
        const page = database.query({ ...rest, order, ...(order === "asc" ? { after: edge } : { before: edge }) });
        seen.push(...page.entries);
        if (!page.more) break;
      }
      expect(seen).toEqual(database.query({ ...rest, order, limit: 1000 }).entries);
      database.close();
    }),
    { numRuns: 50 },
  );
});
