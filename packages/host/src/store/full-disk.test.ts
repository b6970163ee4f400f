import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Runtime, systemRuntime } from "auxbus";
import { describe, expect, onTestFinished, test } from "vitest";
import { ALL } from "../../../../test/host/entries.ts";
import { tempFolder } from "../../../../test/temp-folder.ts";
import type { Entry, NewEntry } from "../journal-entry.ts";
import { Journal } from "../journal.ts";
import { Settings } from "../settings.ts";
import { Store, type StoreOptions } from "./store.ts";

const MEGABYTE = 1024 * 1024;
const LONG = "x".repeat(2000);

/** A place that becomes full. */
interface Place {
  readonly options: StoreOptions;
  /** As a user would; the disk is full at that time. */
  makeRoom(settings: Settings): Promise<void>;
}

const LIMITS = { entries: 1_000_000, days: 1_000_000 };

/** Everybody may do that: SQLite does as if the disk was full. A long setting takes what will be the room. */
async function boundedFile(): Promise<Place> {
  const options = { file: join(tempFolder(), "a.db"), limits: LIMITS, maxPages: 256 };
  const store = await Store.open(options);
  const settings = await Settings.open(store, () => 0);
  await settings.set("param", "long", "y".repeat(MEGABYTE / 2), "me");
  await store.close();
  return { options, makeRoom: (settings) => settings.delete("param", "long") };
}

/** A disk that is really full. */
function tmpfs(): Place {
  const folder = mountTmpfs();
  const ballast = join(folder, "ballast");
  writeFileSync(ballast, Buffer.alloc(MEGABYTE / 2, "y"));
  return {
    options: { file: join(folder, "a.db"), limits: LIMITS },
    makeRoom: () => {
      rmSync(ballast);
      return Promise.resolve();
    },
  };
}

/** A file system of one megabyte, until the test ends. */
function mountTmpfs(): string {
  const folder = join(tempFolder(), "disk");
  mkdirSync(folder);
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "auxbus", folder]);
  if (status !== 0) throw new Error(`cannot mount: ${stderr.toString()}`);
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
  expect(statfsSync(folder).blocks * statfsSync(folder).bsize).toBe(MEGABYTE);
  return folder;
}

/** Whether this process may mount a file system: root may, in most containers nobody may. */
function mayMount(): boolean {
  const folder = tempFolder();
  const may = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "auxbus", folder]).status === 0;
  if (may) spawnSync("umount", ["-l", folder]);
  return may;
}

/** Aloud: the bounded file is all that is tried then. */
function sayUnmounted(): void {
  process.stderr.write("full-disk.test: this user may not mount a tmpfs, so no disk was really full\n");
}

/** Time passes when the test says so; deferred work is done. */
class Retries {
  #retry: (() => void) | null = null;
  readonly runtime: Runtime = {
    ...systemRuntime,
    setTimer: (fn) => {
      this.#retry = fn;
      return { cancel: () => (this.#retry = null) };
    },
  };

  /** The journal waits until it tries again. */
  get waits(): boolean {
    return this.#retry !== null;
  }

  fire(): void {
    const retry = this.#retry;
    this.#retry = null;
    retry?.();
  }
}

function log(message: string): NewEntry {
  return { kind: "log", device: null, driver: null, data: { level: "info", message } };
}

async function scenario(place: Place): Promise<void> {
  const { options, makeRoom } = place;
  const { file } = options;
  const store = await Store.open(options);
  onTestFinished(() => store.close());
  const settings = await Settings.open(store, () => 0);
  const retries = new Retries();
  const journal = new Journal(store, { runtime: retries.runtime, clock: () => 0, waiting: 100 });
  const heard: Entry[] = [];
  journal.subscribe((entries) => heard.push(...entries));

  // It becomes full.
  let acknowledged = 0;
  while (await journal.write(log(LONG))) acknowledged++;
  expect(acknowledged).toBeGreaterThan(10);
  expect(journal.status()).toMatchObject({
    state: "failing",
    reason: expect.stringMatching(new RegExp(`^no room to write ${file}`)),
    lost: 0,
    committed: acknowledged,
  });

  // What goes on happening harms nobody.
  for (let count = 0; count < 300; count++) journal.add(log(LONG));
  const { lost } = journal.status();
  expect(lost).toBeGreaterThanOrEqual(201);
  expect(await journal.write(log("when full"))).toBe(false);
  await expect(settings.set("param", "new", "z".repeat(MEGABYTE / 4), "me")).rejects.toMatchObject({ code: "ENOSPC" });
  expect(settings.get("param", "new")).toBeUndefined();
  expect((await journal.query({ ...ALL, limit: 5 })).entries).toHaveLength(5);

  // It is tried again, and is still full.
  while (!retries.waits) await store.bounds();
  retries.fire();
  while (!retries.waits) await store.bounds();
  expect(journal.status()).toMatchObject({ state: "failing", committed: acknowledged });

  await makeRoom(settings);
  retries.fire();
  while (journal.status().state === "failing") await store.bounds();
  const last = acknowledged + 302;
  expect(journal.status()).toMatchObject({ state: "ok", reason: null, lost, cursor: last, committed: last });
  expect(heard[acknowledged]).toMatchObject({ id: acknowledged + lost, kind: "gap", data: { lost } });
  expect(await journal.write(log("with room"))).toBe(true);
  await settings.set("param", "new", "z", "me");
  await journal.close();
  await store.close();

  const again = await Store.open(options);
  onTestFinished(() => again.close());
  const { entries } = await again.query(ALL);
  expect(entries).toEqual(heard);
  const ids = entries.map(({ id }) => id);
  expect(ids.slice(0, acknowledged)).toEqual(Array.from({ length: acknowledged }, (_, index) => index + 1));
  expect(ids.slice(acknowledged)).toEqual(
    Array.from({ length: last + 1 - acknowledged - lost + 1 }, (_, index) => acknowledged + lost + index),
  );
  expect((await again.settings()).map(({ key }) => key)).toContain("new");
}

describe("a full disk is reported, loses nothing that was acknowledged, and is survived", () => {
  test("a bounded file", async () => {
    await scenario(await boundedFile());
  });

  test("a real one", async () => {
    if (mayMount()) await scenario(tmpfs());
    else sayUnmounted();
  });

  test("a host starts although its disk is full", async () => {
    const places = [await boundedFile()];
    if (mayMount()) places.push(tmpfs());
    else sayUnmounted();
    for (const { options } of places) {
      const store = await Store.open(options);
      let last = 0;
      for (let full = false; !full;) {
        const entry = { id: last + 1, time: 0, ...log(LONG) };
        full = await store.append([entry]).then(
          () => false,
          () => true,
        );
        if (!full) last++;
      }
      await store.close();
      const again = await Store.open(options);
      onTestFinished(() => again.close());
      expect((await again.query({ ...ALL, after: last - 1 })).entries).toMatchObject([{ id: last }]);
    }
  });

  test("a state that cannot be made", async () => {
    const files = [{ file: join(tempFolder(), "a.db"), maxPages: 4 }];
    if (mayMount()) {
      const folder = mountTmpfs();
      writeFileSync(join(folder, "ballast"), Buffer.alloc(MEGABYTE));
      files.push({ file: join(folder, "a.db"), maxPages: 1_000_000 });
    } else sayUnmounted();
    for (const { file, maxPages } of files) {
      await expect(Store.open({ file, limits: LIMITS, maxPages })).rejects.toMatchObject({
        code: "ENOSPC",
        message: expect.stringContaining(file),
      });
    }
  });
});
