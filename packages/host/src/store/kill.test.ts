import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ALL } from "../../../../test/host/entries.ts";
import { tempFolder } from "../../../../test/temp-folder.ts";
import { Store } from "./store.ts";

const LIMITS = { entries: 1_000_000, days: 1_000_000 };
const KILLS = 40;
/** Runs a file through many lives, one after the other, and several files at the same time. */
const FILES = 4;

const dist = new URL("../../dist/", import.meta.url).href;

/**
 * A program that writes as fast as it can, and says what it was told is written: `e NUMBER` of an entry, `s KEY VALUE`
 * of a setting. It is run from what is built, as users do.
 */
const PROGRAM = `
  import { systemRuntime } from "${import.meta.resolve("auxbus").replace("/src/index.ts", "/dist/index.js")}";
  import { Journal } from "${dist}journal.js";
  import { Settings } from "${dist}settings.js";
  import { Store } from "${dist}store/store.js";

  const store = await Store.open({ file: process.argv[1], limits: ${JSON.stringify(LIMITS)} });
  const journal = new Journal(store, { runtime: systemRuntime, clock: Date.now });
  const settings = await Settings.open(store, Date.now);
  const say = (line) => process.stdout.write(line + "\\n");

  let number = journal.cursor;
  async function write(many) {
    for (;;) {
      const written = [];
      for (let count = 0; count < many; count++) {
        const mine = ++number;
        const entry = { kind: "log", device: "/devices/" + (mine % 7), driver: null, data: { level: "info", message: String(mine) } };
        // Each third is of no interest to anybody.
        if (mine % 3 === 0) journal.add(entry);
        else written.push(journal.write(entry).then((journaled) => { if (journaled) say("e " + mine); else process.exit(3); }));
      }
      await Promise.all(written);
    }
  }
  async function set(key) {
    for (let value = (settings.get("param", key)?.value ?? 0) + 1; ; value++) {
      await settings.set("param", key, value, "me");
      say("s " + key + " " + value);
    }
  }
  void write(1);
  void write(40);
  void set("a");
  void set("b");
`;

interface Acknowledged {
  readonly entries: Set<number>;
  readonly settings: Map<string, number>;
}

/** Lets the program live until it has said so many lines, and kills it. What it has said by then counts. */
async function live(file: string, lines: number, acknowledged: Acknowledged): Promise<void> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM, file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, name = "", value] = line.split(" ");
    if (what === "e") acknowledged.entries.add(Number(name));
    else acknowledged.settings.set(name, Number(value));
    if (++said === lines) child.kill("SIGKILL");
  }
  if (child.signalCode === null && child.exitCode === null) {
    await new Promise((resolve) => child.once("exit", resolve));
  }
  // Not because it has failed.
  expect(child.signalCode).toBe("SIGKILL");
}

async function check(file: string, { entries, settings }: Acknowledged): Promise<void> {
  const store = await Store.open({ file, limits: LIMITS });
  const there = (await store.query(ALL)).entries;
  expect(there.map(({ id }) => id)).toEqual(Array.from({ length: there.length }, (_, index) => index + 1));
  for (const { id, data } of there) expect("message" in data && data.message).toBe(String(id));
  expect([...entries].filter((id) => id > there.length)).toEqual([]);
  // It may have been killed before it could say the last one.
  const stored = new Map((await store.settings()).map(({ key, value }) => [key, Number(value)]));
  for (const [key, value] of settings) expect(stored.get(key)).toBeGreaterThanOrEqual(value);
  expect(store.last).toBe(there.length);
  await store.close();
}

test(
  `loses nothing that was acknowledged when its program is killed ${KILLS} times`,
  { timeout: 120_000 },
  async () => {
    let acknowledgements = 0;
    await Promise.all(
      Array.from({ length: FILES }, async () => {
        const file = join(tempFolder(), "a.db");
        const acknowledged: Acknowledged = { entries: new Set(), settings: new Map() };
        for (let kill = 0; kill < KILLS / FILES; kill++) {
          await live(file, 1 + Math.floor(Math.random() ** 2 * 1500), acknowledged);
          await check(file, acknowledged);
        }
        acknowledgements += acknowledged.entries.size;
      }),
    );
    expect(acknowledgements).toBeGreaterThan(KILLS);
  },
);
