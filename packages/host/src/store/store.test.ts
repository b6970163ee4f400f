import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "libsql";
import { describe, expect, onTestFinished, test } from "vitest";
import { ALL, logEntries, logEntry } from "../../../../test/host/entries.ts";
import { tempFolder } from "../../../../test/temp-folder.ts";
import { StoreDatabase } from "./database.ts";
import { rowOf } from "./journal-row.ts";
import { SCHEMA } from "./open-database.ts";
import { Store, type StoreOptions } from "./store.ts";

const LIMITS = { entries: 1_000_000, days: 1_000_000 };
const DAY = 24 * 60 * 60 * 1000;

async function open(file: string | null, options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await Store.open({ file, limits: LIMITS, ...options });
  onTestFinished(() => store.close());
  return store;
}

async function idsOf(store: Store): Promise<number[]> {
  const { entries } = await store.query(ALL);
  return entries.map(({ id }) => id);
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

test.each(["file", "memory"])("gives back what was appended: %s", async (where) => {
  const store = await open(where === "file" ? join(tempFolder(), "a.db") : null);
  expect(store.last).toBe(0);
  expect(await store.bounds()).toEqual({ oldest: null, newest: null, entries: 0 });
  const entries = [logEntry(1, { device: "/devices/a", driver: "d" }), ...logEntries(2, 5)];
  await store.append(entries.slice(0, 3));
  await store.append(entries.slice(3));
  expect(await store.query(ALL)).toEqual({ entries, more: false });
  expect(await store.bounds()).toEqual({ oldest: 1, newest: 5, entries: 5 });
});

test("appends all entries of a call or none", async () => {
  const store = await open(null);
  await store.append([logEntry(7)]);
  await expect(store.append([logEntry(6), logEntry(7), logEntry(8)])).rejects.toMatchObject({ code: "EIO" });
  expect(await idsOf(store)).toEqual([7]);
});

test("appends none when one of them cannot be written as JSON", async () => {
  const store = await open(null);
  const circle: Record<string, unknown> = {};
  circle["itself"] = circle;
  const data = { who: "w", role: "operator", op: "o", args: circle, result: "ok", message: null, ms: 1 };
  const bad = { id: 2, time: 2, kind: "operation" as const, device: null, driver: null, data };
  await expect(store.append([logEntry(1), bad])).rejects.toMatchObject({
    code: "EINVAL",
    message: expect.stringContaining("entry 2"),
  });
  expect(await idsOf(store)).toEqual([]);
});

test("keeps entries and settings in its file", async () => {
  const file = join(tempFolder(), "a.db");
  const first = await open(file);
  const setting = { kind: "param", key: "m.p", value: { deep: [1, null, "ä"] }, by: "me", time: 5 } as const;
  await first.append(logEntries(1, 3));
  await first.putSetting({ ...setting, value: 1 });
  await first.putSetting(setting);
  await first.putSetting({ ...setting, kind: "autoprobe" });
  await first.putSetting({ ...setting, key: "gone" });
  await first.deleteSetting("param", "gone");
  await first.deleteSetting("param", "never was");
  await first.close();
  expect(existsSync(`${file}-wal`)).toBe(false);

  const second = await open(file);
  expect(second.last).toBe(3);
  expect((await second.bounds()).entries).toBe(3);
  expect(await second.settings()).toEqual([{ ...setting, kind: "autoprobe" }, setting]);
});

test("makes its folder and its files for the owner alone", async () => {
  const file = join(tempFolder(), "new", "a.db");
  const store = await open(file);
  await store.append([logEntry(1)]);
  expect([mode(dirname(file)), mode(file), mode(`${file}-wal`)]).toEqual(["700", "600", "600"]);
});

test("takes a file of others' away from them, and leaves the mode of a folder alone", async () => {
  const folder = tempFolder({ "a.db": "" });
  chmodSync(folder, 0o755);
  chmodSync(join(folder, "a.db"), 0o644);
  await open(join(folder, "a.db"));
  expect([mode(folder), mode(join(folder, "a.db"))]).toEqual(["755", "600"]);
});

test("closes once, after what was asked for, and answers nothing then", async () => {
  const store = await open(null);
  const settled: string[] = [];
  await Promise.all([
    store.append([logEntry(1)]).then(() => settled.push("append")),
    store.close().then(() => settled.push("close")),
    store.close().then(() => settled.push("close")),
  ]);
  expect(settled).toEqual(["append", "close", "close"]);
  await expect(store.append([logEntry(2)])).rejects.toMatchObject({ code: "ESHUTDOWN" });
  await expect(store.query(ALL)).rejects.toMatchObject({ code: "ESHUTDOWN" });
});

describe("a file that it cannot use", () => {
  test("is another host's", async () => {
    const file = join(tempFolder(), "a.db");
    const first = await open(file);
    await expect(open(file)).rejects.toMatchObject({ code: "EBUSY", message: expect.stringContaining(file) });
    await first.append([logEntry(1)]);
    await first.close();
    expect((await open(file)).last).toBe(1);
  });

  test("is opened by no two at the same time, though it is new", async () => {
    const file = join(tempFolder(), "a.db");
    const opened = await Promise.allSettled(Array.from({ length: 6 }, () => open(file)));
    const refused = opened.filter((each) => each.status === "rejected");
    // All of them may be in each other's way.
    expect(refused.length).toBeGreaterThanOrEqual(5);
    expect(new Set(refused.map(({ reason }) => reason.code))).toEqual(new Set(["EBUSY"]));
  });

  test("is of a newer version, and stays as it is", async () => {
    const file = join(tempFolder(), "a.db");
    const db = new Database(file);
    db.exec(`CREATE TABLE later (x); PRAGMA user_version=${SCHEMA + 1}`);
    db.close();
    const before = readFileSync(file);
    await expect(open(file)).rejects.toMatchObject({
      code: "EINVAL",
      message: expect.stringMatching(new RegExp(`${file}.*schema ${SCHEMA + 1}.*knows ${SCHEMA}`)),
    });
    expect(readFileSync(file)).toEqual(before);
  });

  test("is none of SQLite's, and stays as it is", async () => {
    const text = "this is no database\n".repeat(1000);
    const folder = tempFolder({ "a.db": text });
    await expect(open(join(folder, "a.db"))).rejects.toMatchObject({
      code: "EIO",
      message: expect.stringMatching(/a\.db is damaged .*move it away/),
    });
    expect(readFileSync(join(folder, "a.db"), "utf8")).toBe(text);
  });

  test("is cut off", async () => {
    const file = join(tempFolder(), "a.db");
    const store = await open(file);
    await store.append(logEntries(1, 2000));
    await store.close();
    writeFileSync(file, readFileSync(file).subarray(0, 20_000));
    await expect(open(file)).rejects.toMatchObject({ code: "EIO", message: expect.stringContaining("is damaged") });
  });

  test("is in a folder that cannot be made", async () => {
    // Its name is not to be taken for an error.
    const folder = tempFolder({ "busy full": "a file" });
    const file = join(folder, "busy full", "a.db");
    await expect(open(file)).rejects.toMatchObject({ code: "EIO", message: expect.stringContaining(file) });
  });

  test("is a folder", async () => {
    const file = join(tempFolder(), "a.db");
    mkdirSync(file);
    await expect(open(file)).rejects.toMatchObject({ code: "EIO", message: expect.stringContaining(file) });
  });
});

test("tells of damage that shows later, and goes on with the rest", async () => {
  const file = join(tempFolder(), "a.db");
  const first = await open(file);
  await first.append(logEntries(1, 20));
  await first.close();
  const db = new Database(file);
  db.exec("UPDATE journal SET data = 'no JSON' WHERE id = 10");
  db.close();
  const store = await open(file);
  await expect(store.query(ALL)).rejects.toMatchObject({ code: "EIO", message: expect.stringContaining(file) });
  expect((await store.query({ ...ALL, after: 10 })).entries).toHaveLength(10);
});

describe("retention", () => {
  /** What is left when so many are; the test hangs when that never happens. */
  async function left(store: Store, most: number): Promise<number[]> {
    while ((await store.bounds()).entries > most);
    return idsOf(store);
  }

  test("keeps so many entries, the newest", async () => {
    const store = await open(null, { limits: { ...LIMITS, entries: 1000 } });
    for (let id = 1; id < 5000; id += 100) await store.append(logEntries(id, id + 99));
    const ids = await left(store, 1010);
    expect(ids.length).toBeGreaterThanOrEqual(1000);
    expect(ids).toEqual(logEntries(5001 - ids.length, 5000).map(({ id }) => id));
  });

  test("does not delete for each entry that is too much", () => {
    const database = new StoreDatabase({ file: null, entries: 1000, age: 1e15 });
    database.append(logEntries(1, 1010).map(rowOf));
    expect(database.overfull).toBe(false);
    database.append([rowOf(logEntry(1011))]);
    expect(database.overfull).toBe(true);
    // There were fewer than one step takes.
    expect(database.sweep()).toBe(false);
    expect(database.bounds()).toEqual({ oldest: 12, newest: 1011, entries: 1000 });
    database.close();
  });

  test("deletes a little at a time, so that others have their turn", () => {
    const database = new StoreDatabase({ file: null, entries: 1000, age: 10 });
    database.append(logEntries(1, 2600).map(rowOf));
    const left: number[] = [];
    while (database.sweep()) left.push(database.bounds().entries);
    // As old as the limit allows are those of the last ten milliseconds.
    expect(left).toEqual([2100, 1600, 1100, 600, 100]);
    expect(database.bounds().entries).toBe(11);
    database.close();
  });

  test("keeps entries for so many days, by the time of the newest", async () => {
    const store = await open(null, { limits: { ...LIMITS, days: 10 } });
    await store.append(Array.from({ length: 3000 }, (_, index) => logEntry(index + 1, { time: (index * DAY) / 100 })));
    await store.append([logEntry(3001, { time: 31 * DAY })]);
    const ids = await left(store, 901);
    expect([ids[0], ids.length]).toEqual([2101, 901]);
  });

  test("deletes what is too old behind what a clock that was wrong has written", async () => {
    const store = await open(null, { limits: { ...LIMITS, days: 10 } });
    const times = [1000 * DAY, 1000 * DAY, 1, 2, 3, 30 * DAY];
    await store.append(times.map((time, index) => logEntry(index + 1, { time })));
    expect(await left(store, 3)).toEqual([1, 2, 6]);
  });

  test("gives the room back", async () => {
    const file = join(tempFolder(), "a.db");
    const first = await open(file);
    await first.append(logEntries(1, 40_000));
    await first.close();
    const size = statSync(file).size;

    const store = await open(file, { limits: { ...LIMITS, entries: 1000 } });
    await store.append([logEntry(40_001)]);
    expect(await left(store, 1000)).toHaveLength(1000);
    await store.close();
    expect(statSync(file).size).toBeLessThan(size / 10);
  });

  test("does not let the log grow without bound", async () => {
    const file = join(tempFolder(), "a.db");
    const store = await open(file);
    for (let id = 1; id < 200_000; id += 2000) await store.append(logEntries(id, id + 1999));
    expect(statSync(file).size).toBeGreaterThan(10_000_000);
    expect(statSync(`${file}-wal`).size).toBeLessThan(17_000_000);
  });
});
