import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type components, HostClient } from "@auxbus/host/client";
import { socketTransport } from "@auxbus/host/client/socket";
import { expect, onTestFinished, test } from "vitest";
import { tempFolder } from "../temp-folder.ts";

type Entry = components["schemas"]["Entry"];

const PROGRAM = join(import.meta.dirname, "killed-host.js");

/** The last of what has been acknowledged, and what has been asked for and not answered. */
class Ledger {
  readonly done: number[] = [];
  readonly seen = new Map<number, Entry>();
  /** By setting: the value that was acknowledged, and the one that may have come to be. */
  readonly settings = new Map<string, { acknowledged: unknown; asked: unknown }>();
}

async function start(state: string, socket: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [PROGRAM, state, socket], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(() => {
      throw new Error("the host has ended by itself");
    }),
  ]);
  return child;
}

/** Sets, does and watches until the host is gone, and keeps book of what was acknowledged. */
async function load(client: HostClient, ledger: Ledger, round: number): Promise<void> {
  const device = (n: number) => ({ bus: "auxiliary", device: `nic.eth.${n % 5}` });
  const set = async (key: string, value: unknown, ask: () => Promise<{ journaled: boolean }>): Promise<void> => {
    const before = ledger.settings.get(key)?.acknowledged;
    ledger.settings.set(key, { acknowledged: before, asked: value });
    expect(await ask()).toEqual({ journaled: true });
    ledger.settings.set(key, { acknowledged: value, asked: value });
  };
  const workers = [
    async (i: number) => {
      const driver = `driver-${round}-${i}`;
      const { bus, device: name } = device(i);
      const asked = { bus, device: name, driver };
      await set(`override /devices/nic0/${name}`, driver, () => client.put("/v1/override", { body: asked }));
    },
    async (i: number) => {
      const on = i % 2 === 0;
      const body = { path: "bus/auxiliary/drivers_autoprobe", value: on ? "1" : "0" };
      await set("autoprobe auxiliary", on, () => client.put("/v1/sysfs", { body }));
    },
    async (i: number) => {
      const name = `module_${i % 7}`;
      const params = { params: { name } };
      if (i % 3 === 0) await set(`blacklist ${name}`, undefined, () => client.delete("/v1/blacklist/{name}", params));
      else await set(`blacklist ${name}`, true, () => client.put("/v1/blacklist/{name}", params));
    },
    async (i: number) => {
      const n = round * 1_000_000 + i;
      // It fails, and that is written down, too.
      await client
        .post("/v1/bind", { body: { bus: "auxiliary", driver: `none-${n}`, device: "nic.eth.0" } })
        .catch((error: unknown) => {
          if (error instanceof Error && error.message.startsWith("ENOENT")) ledger.done.push(n);
          else throw error;
        });
    },
  ];
  const watch = async (): Promise<void> => {
    for await (const { event, data } of client.events()) if (event === "entry") ledger.seen.set(data.id, data);
  };
  await Promise.allSettled([
    watch(),
    ...workers.map(async (work) => {
      for (let i = 1; ; i++) await work(i);
    }),
  ]);
}

/** The settings are what was acknowledged last, or what was asked for after that. */
async function checkSettings(client: HostClient, ledger: Ledger): Promise<void> {
  const { settings } = await client.get("/v1/settings");
  const kept = new Map(settings.map(({ kind, key, value }) => [`${kind} ${key}`, value]));
  for (const [key, { acknowledged, asked }] of ledger.settings) {
    expect([acknowledged, asked], key).toContainEqual(kept.get(key));
    // From now on it is known.
    ledger.settings.set(key, { acknowledged: kept.get(key), asked: kept.get(key) });
  }
}

async function checkJournal(client: HostClient, ledger: Ledger): Promise<void> {
  const entries: Entry[] = [];
  // What comes meanwhile is looked at the next time.
  const { cursor } = await client.get("/v1/status");
  for (let after = 0; after < cursor;) {
    const page = await client.get("/v1/journal", { query: { after, order: "asc", limit: 1000 } });
    entries.push(...page.entries);
    after = page.entries.at(-1)?.id ?? cursor;
  }
  expect(entries.map(({ id }) => id)).toEqual(entries.map((_entry, i) => i + 1));
  const done = new Set(
    entries.flatMap(({ data }) =>
      "op" in data && typeof data.args["driver"] === "string"
        ? [Number(data.args["driver"].slice("none-".length))]
        : [],
    ),
  );
  expect(ledger.done.filter((n) => !done.has(n))).toEqual([]);
  for (const [id, entry] of ledger.seen) expect(entries[id - 1]).toEqual(entry);
}

test("200 times killed (-9) at a random moment under load: no acknowledged setting or journal entry is lost", async () => {
  const folder = tempFolder();
  const state = join(folder, "state");
  mkdirSync(state);
  const socket = join(folder, "host.sock");
  const ledger = new Ledger();
  for (let round = 1; round <= 200; round++) {
    const child = await start(state, socket);
    const client = new HostClient(socketTransport(socket), `round ${round}`);
    await checkSettings(client, ledger);
    // Once in a while, as the journal grows.
    if (round % 25 === 0) await checkJournal(client, ledger);
    const loaded = load(client, ledger, round);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
    child.kill("SIGKILL");
    await once(child, "exit");
    await loaded;
  }
  await start(state, socket);
  const client = new HostClient(socketTransport(socket));
  await checkSettings(client, ledger);
  await checkJournal(client, ledger);
  expect(ledger.done.length).toBeGreaterThan(200);
  expect(ledger.seen.size).toBeGreaterThan(1000);
}, 600_000);
