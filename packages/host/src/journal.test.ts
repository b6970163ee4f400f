import { BusError } from "auxbus";
import { VirtualRuntime } from "@auxbus/testing";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Entry, NewEntry } from "./journal-entry.ts";
import { Journal, type JournalOptions, type JournalStore } from "./journal.ts";

interface Append {
  readonly entries: readonly Entry[];
  resolve(): void;
  reject(error: BusError): void;
}

/** A disk that answers when the test says so. */
class SlowStore implements JournalStore {
  readonly last: number = 0;
  readonly rows: Entry[] = [];
  readonly appends: Append[] = [];
  /** Answers at once: undefined is for yes. */
  automatic: (() => BusError | undefined) | null = null;

  append(entries: readonly Entry[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const append = {
        entries,
        resolve: () => {
          this.rows.push(...entries);
          resolve();
        },
        reject,
      };
      if (this.automatic === null) {
        this.appends.push(append);
        return;
      }
      const error = this.automatic();
      if (error === undefined) append.resolve();
      else reject(error);
    });
  }

  query(): ReturnType<JournalStore["query"]> {
    return Promise.resolve({ entries: this.rows, more: false });
  }

  bounds(): ReturnType<JournalStore["bounds"]> {
    return Promise.resolve({ oldest: null, newest: null, entries: this.rows.length });
  }
}

const FULL = new BusError("ENOSPC", "no room");
const log = (message: string): NewEntry => ({
  kind: "log",
  device: null,
  driver: null,
  data: { level: "info", message },
});
const idsOf = (entries: readonly Entry[] = []): number[] => entries.map(({ id }) => id);

/** Ids go up by one, but to a gap by what it says is lost. */
function expectNoHoles(entries: readonly Entry[]): void {
  let last = 0;
  for (const { id, kind, data } of entries) {
    expect(id - last).toBe(kind === "gap" ? data.lost : 1);
    last = id;
  }
}

let runtime: VirtualRuntime;
let store: SlowStore;

beforeEach(() => {
  runtime = new VirtualRuntime();
  store = new SlowStore();
});

afterEach(() => {
  expect(runtime.timers).toBe(0);
});

function journalOf(options: Partial<JournalOptions> = {}): Journal {
  return new Journal(store, { runtime, clock: () => 1000.5 + runtime.now(), ...options });
}

/** Settles what the disk has been asked for. */
async function answer(error?: BusError): Promise<void> {
  const append = store.appends.shift();
  if (append === undefined) throw new Error("the disk has nothing to do");
  if (error === undefined) append.resolve();
  else append.reject(error);
  await runtime.runUntilIdle();
}

describe("a disk that works", () => {
  test("gets what comes at once in one piece, and next what came meanwhile", async () => {
    const journal = journalOf();
    for (const message of ["a", "b", "c"]) journal.add(log(message));
    expect(store.appends).toHaveLength(0);
    await runtime.runUntilIdle();
    for (const message of ["d", "e"]) journal.add(log(message));
    await runtime.runUntilIdle();
    expect(store.appends.map(({ entries }) => idsOf(entries))).toEqual([[1, 2, 3]]);
    expect(journal.status()).toEqual({ state: "ok", reason: null, lost: 0, cursor: 5, committed: 0 });
    await answer();
    expect(store.appends.map(({ entries }) => idsOf(entries))).toEqual([[4, 5]]);
    await answer();
    expect(journal.status()).toMatchObject({ cursor: 5, committed: 5 });
    expect(store.rows[0]).toEqual({ ...log("a"), id: 1, time: 1000 });
  });

  test("is not asked for more than it takes in a moment", async () => {
    const journal = journalOf();
    for (let count = 0; count < 5000; count++) journal.add(log("x"));
    store.automatic = () => undefined;
    const sizes: number[] = [];
    journal.subscribe((entries) => sizes.push(entries.length));
    await runtime.runUntilIdle();
    expect(sizes).toEqual([2000, 2000, 1000]);
    expectNoHoles(store.rows);
  });

  test("goes on after the last entry that it has", async () => {
    const journal = new Journal(Object.assign(store, { last: 41 }), { runtime, clock: () => 0 });
    expect(journal.status()).toMatchObject({ cursor: 41, committed: 41 });
    journal.add(log("a"));
    expect(journal.cursor).toBe(42);
    await runtime.runUntilIdle();
    expect(idsOf(store.appends[0]?.entries)).toEqual([42]);
    await answer();
  });

  test("tells readers and writers after it has written, not before", async () => {
    const journal = journalOf();
    const heard: string[] = [];
    const reader = journal.subscribe((entries) => heard.push(`read ${idsOf(entries).join()}`));
    journal.add(log("a"));
    void journal.write(log("b")).then((journaled) => heard.push(`written ${journaled}`));
    await runtime.runUntilIdle();
    expect(heard).toEqual([]);
    await answer();
    expect(heard).toEqual(["read 1,2", "written true"]);
    reader[Symbol.dispose]();
    journal.add(log("c"));
    await runtime.runUntilIdle();
    await answer();
    expect(heard).toHaveLength(2);
  });

  test("gets all there is before the journal is closed", async () => {
    const journal = journalOf();
    journal.add(log("a"));
    let closed = false;
    void journal.close().then(() => (closed = true));
    await runtime.runUntilIdle();
    journal.add(log("b"));
    expect(closed).toBe(false);
    await answer();
    expect(closed).toBe(false);
    await answer();
    expect(closed).toBe(true);
    await journal.close();
  });

  test("gets no more than there is memory for, when it is slow", async () => {
    const journal = journalOf({ waiting: 10 });
    const written = journal.write(log("first"));
    await runtime.runUntilIdle();
    const lost = journal.write(log("second"));
    for (let count = 0; count < 1000; count++) journal.add(log("x"));
    expect(await lost).toBe(false);
    store.automatic = () => undefined;
    await answer();
    expect(await written).toBe(true);
    expectNoHoles(store.rows);
    expect(store.rows[1]).toMatchObject({
      kind: "gap",
      data: { lost: journal.status().lost, why: "more has happened than the disk could take" },
    });
    expect(store.rows.length).toBeLessThanOrEqual(102);
    expect(store.rows.at(-1)?.id).toBe(1002);
    expect(journal.status().state).toBe("ok");
  });
});

describe("a reader that throws", () => {
  test("keeps nobody from anything, and is told of once", async () => {
    const failures: string[] = [];
    // As the host does: what is told is written into the journal, which calls the reader again.
    const journal: Journal = journalOf({
      failed: ({ message }) => {
        failures.push(message);
        journal.add(log(message));
      },
    });
    store.automatic = () => undefined;
    journal.subscribe(() => {
      throw new Error("cannot read");
    });
    const heard: number[] = [];
    journal.subscribe((entries) => heard.push(...idsOf(entries)));
    const journaled = journal.write(log("a"));
    await runtime.runUntilIdle();
    expect(await journaled).toBe(true);
    expect(failures).toEqual(["cannot read"]);
    expect(heard).toEqual([1, 2]);
    expect(journal.status().state).toBe("ok");
  });
});

test("writes in the place of what cannot be written why it cannot", async () => {
  const journal = journalOf();
  const args: Record<string, unknown> = { number: 1n };
  const data = { who: "w", role: "operator", op: "o", args, result: "ok", message: null, ms: 1 };
  journal.add(log("a"));
  const journaled = journal.write({ kind: "operation", device: "/devices/a", driver: null, data });
  await runtime.runUntilIdle();
  await answer(new BusError("EINVAL", "entry 2 cannot be written"));
  await answer();
  expect(await journaled).toBe(true);
  expect(store.rows[1]).toMatchObject({
    id: 2,
    kind: "log",
    data: { level: "error", message: expect.stringContaining("operation cannot be written") },
  });
});

describe("a full disk", () => {
  test("makes the writers of what it was tried with hear no, and later ones at once", async () => {
    const journal = journalOf();
    const tried = [journal.write(log("a")), journal.write(log("b"))];
    await runtime.runUntilIdle();
    const next = journal.write(log("c"));
    await answer(FULL);
    expect(await Promise.all([...tried, next])).toEqual([false, false, false]);
    expect(await journal.write(log("d"))).toBe(false);
    expect(journal.status()).toEqual({ state: "failing", reason: "no room", lost: 0, cursor: 4, committed: 0 });
    store.automatic = () => undefined;
    await runtime.advance(500);
    expect(idsOf(store.rows)).toEqual([1, 2, 3, 4]);
    expect(journal.status()).toEqual({ state: "ok", reason: null, lost: 0, cursor: 4, committed: 4 });
    const journaled = journal.write(log("e"));
    await runtime.runUntilIdle();
    expect(await journaled).toBe(true);
  });

  test("is tried again at longer and longer times, and at short ones after it has worked", async () => {
    const journal = journalOf();
    const tries: number[] = [];
    const failing = (): BusError => {
      tries.push(runtime.now());
      return FULL;
    };
    store.automatic = failing;
    journal.add(log("a"));
    await runtime.advance(100_000);
    expect(tries).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500, 61_500, 91_500]);
    store.automatic = () => undefined;
    await runtime.advance(30_000);
    expect(idsOf(store.rows)).toEqual([1]);
    tries.length = 0;
    store.automatic = failing;
    journal.add(log("b"));
    await runtime.advance(1000);
    expect(tries).toEqual([130_000, 130_500]);
    store.automatic = () => undefined;
    await journal.close();
    expect(idsOf(store.rows)).toEqual([1, 2]);
  });

  test("loses the oldest when too many wait, and says so in their place", async () => {
    const journal = journalOf({ waiting: 100 });
    store.automatic = () => FULL;
    for (let count = 0; count < 350; count++) {
      journal.add(log("x"));
      await runtime.runUntilIdle();
    }
    const { lost } = journal.status();
    expect(lost).toBeGreaterThanOrEqual(250);
    expect(lost).toBeLessThanOrEqual(262);
    store.automatic = () => undefined;
    await runtime.advance(500);
    expect(store.rows[0]).toMatchObject({ id: lost, kind: "gap", data: { lost, why: "no room" } });
    expect(store.rows).toHaveLength(350 - lost + 1);
    expectNoHoles(store.rows);
    expect(journal.status()).toMatchObject({ state: "ok", lost, cursor: 350, committed: 350 });
  });

  test("is tried a last time when the journal is closed", async () => {
    const journal = journalOf();
    store.automatic = () => FULL;
    journal.add(log("a"));
    await runtime.runUntilIdle();
    await journal.close();
    expect(store.rows).toEqual([]);
    expect(journal.status()).toMatchObject({ state: "failing", committed: 0 });
  });
});

test("loses nothing that was acknowledged and hides nothing that was lost, whatever the disk does", async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ op: fc.constant("add" as const), count: fc.integer({ min: 1, max: 30 }) }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant("write" as const) }) },
    { weight: 3, arbitrary: fc.record({ op: fc.constant("answer" as const), ok: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant("wait" as const), ms: fc.nat(3000) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 40 }), async (steps, waiting) => {
      runtime = new VirtualRuntime();
      store = new SlowStore();
      const journal = journalOf({ waiting });
      const heard: Entry[] = [];
      journal.subscribe((entries) => {
        heard.push(...entries);
        // It is there when they hear of it.
        expect(store.rows.at(-1)).toBe(entries.at(-1));
      });
      const acknowledged: number[] = [];
      let asked = 0;
      let answered = 0;
      let added = 0;
      for (const step of steps) {
        switch (step.op) {
          case "add":
            for (let count = 0; count < step.count; count++) journal.add(log("x"));
            added += step.count;
            break;
          case "write": {
            added++;
            asked++;
            const id = added;
            void journal.write(log("w")).then((journaled) => {
              answered++;
              if (journaled) acknowledged.push(id);
            });
            break;
          }
          case "answer":
            await runtime.runUntilIdle();
            if (store.appends.length > 0) await answer(step.ok ? undefined : FULL);
            break;
          case "wait":
            await runtime.advance(step.ms);
        }
        expect(journal.cursor).toBe(added);
      }
      store.automatic = () => undefined;
      await runtime.advance(30_000);
      if (store.appends.length > 0) await answer();
      await runtime.advance(30_000);
      await journal.close();

      expect(heard).toEqual(store.rows);
      expectNoHoles(store.rows);
      expect(store.rows.at(-1)?.id ?? 0).toBe(added);
      expect(answered).toBe(asked);
      const there = new Set(store.rows.filter(({ kind }) => kind === "log").map(({ id }) => id));
      for (const id of acknowledged) expect(there).toContain(id);
      expect(there.size + journal.status().lost).toBe(added);
    }),
    { numRuns: 300 },
  );
});
