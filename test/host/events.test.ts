import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { HostClient, type HostEvent } from "@auxbus/host/client";
import { expect, test } from "vitest";
import { addNic, ETH, HostRig } from "./rig.ts";

/** Events until `until` says that it is enough. */
async function read(
  events: AsyncIterable<HostEvent>,
  until: (heard: readonly HostEvent[]) => boolean,
): Promise<HostEvent[]> {
  const heard: HostEvent[] = [];
  for await (const event of events) {
    heard.push(event);
    if (until(heard)) break;
  }
  return heard;
}

const ids = (heard: readonly HostEvent[]): number[] =>
  heard.flatMap((each) => (each.event === "entry" ? [each.data.id] : []));

test("events come in order, each once, and go on where a reader was", async () => {
  const { host, client } = await HostRig.start();
  const { cursor } = host.journal;
  const live = read(client.events({ after: cursor }), (heard) => ids(heard).length === 4);
  await addNic(host);
  const heard = await live;
  expect(heard[0]).toEqual({ event: "hello", data: { cursor: expect.any(Number), oldest: 1 } });
  expect(ids(heard)).toEqual([1, 2, 3, 4].map((n) => cursor + n));
  const again = await read(client.events({ after: cursor + 1 }), (all) => ids(all).length === 3);
  expect(ids(again)).toEqual([2, 3, 4].map((n) => cursor + n));
  const binds = await read(client.events({ after: 0, kind: "probe" }), (all) => ids(all).length === 1);
  expect(binds[1]).toMatchObject({ event: "entry", data: { kind: "probe", device: ETH } });
});

test("what a reader asks for and is no longer there is told exactly", async () => {
  const { host, client } = await HostRig.start({ config: { journal: { entries: 100 } } });
  for (let i = 0; i < 40_000; i++) {
    host.journal.add({ kind: "log", device: null, driver: null, data: { level: "info", message: `line ${i}` } });
  }
  await host.journal.write({ kind: "log", device: null, driver: null, data: { level: "info", message: "the last" } });
  const newest = host.journal.cursor;
  const heard = await read(client.events({ after: 0 }), (all) => ids(all).at(-1) === newest);
  const gaps = heard.flatMap((each) => (each.event === "gap" ? [each.data] : []));
  expect(gaps).toMatchObject([{ from: 1, expired: true }]);
  const [{ from, to, lost }] = gaps as [(typeof gaps)[0]];
  expect(lost).toBe(to - from + 1);
  expect(ids(heard)).toEqual(Array.from({ length: newest - to }, (_each, i) => to + 1 + i));
});

test("a reader that knows more than there is, is told to begin anew", async () => {
  const { host, client } = await HostRig.start();
  await addNic(host);
  await host.journal.write({ kind: "log", device: null, driver: null, data: { level: "info", message: "x" } });
  const heard = await read(client.events({ after: 1_000_000 }), (all) => all.length === 2);
  expect(heard[1]).toEqual({
    event: "gap",
    data: { from: 0, to: host.journal.cursor, lost: host.journal.cursor, expired: false },
  });
});

test("a reader that does not read is told what it has missed; the bus and the others do not wait for it", async () => {
  const { host, client, socket } = await HostRig.start();
  const { cursor } = host.journal;
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    request({ socketPath: socket, path: `/v1/events?after=${cursor}`, headers: { host: "localhost" } }, resolve)
      .on("error", reject)
      .end();
  });
  stream.pause();
  const message = "x".repeat(500);
  const count = 60_000;
  for (let i = 0; i < count; i++) {
    host.journal.add({ kind: "log", device: null, driver: null, data: { level: "info", message } });
    if (i % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await host.journal.write({ kind: "log", device: null, driver: null, data: { level: "info", message: "the last" } });
  const newest = host.journal.cursor;
  expect(await client.get("/v1/status")).toMatchObject({ cursor: newest });
  // Now it reads: whatever it gets, each entry is there once, or told to be missed.
  let next = cursor + 1;
  let lost = 0;
  let rest = "";
  for await (const piece of stream) {
    rest += String(piece);
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const id = /^id: (\d+)$/m.exec(block)?.[1];
      const gap = /^event: gap\ndata: \{"from":(\d+),"to":(\d+),"lost":(\d+)/m.exec(block);
      if (id !== undefined) {
        expect(Number(id)).toBe(next);
        next++;
      } else if (gap !== null) {
        expect([Number(gap[1]), Number(gap[2]) - Number(gap[1]) + 1]).toEqual([next, Number(gap[3])]);
        next = Number(gap[2]) + 1;
        lost += Number(gap[3]);
      }
    }
    if (next > newest) break;
  }
  expect(next).toBe(newest + 1);
  expect(lost).toBeGreaterThan(0);
}, 60_000);

interface ReaderResult {
  readonly events: number;
  readonly lost: number;
  readonly next: number;
  readonly wrong: string | null;
}

test("50 readers at 10,000 uevents a second: each gets every event, or an exact gap", async () => {
  const { host, socket } = await HostRig.start();
  await addNic(host);
  const device = host.core.findDevice(ETH);
  if (device === undefined) throw new Error("no device");
  const { cursor } = host.journal;
  const reader = new Worker(fileURLToPath(new URL("event-readers.js", import.meta.url)), {
    workerData: { socket, after: cursor, readers: 50 },
    execArgv: [],
  });
  await new Promise((resolve) => reader.once("message", resolve));
  const started = performance.now();
  const total = 30_000;
  for (let sent = 0; sent < total;) {
    // As many as the time says, at most.
    const due = Math.min(total, Math.ceil((performance.now() - started) * 10));
    for (; sent < due; sent++) device.uevent("change");
    await new Promise((resolve) => setImmediate(resolve));
  }
  await host.journal.write({ kind: "log", device: null, driver: null, data: { level: "info", message: "the last" } });
  const newest = host.journal.cursor;
  reader.postMessage(newest);
  const results = await new Promise<readonly ReaderResult[]>((resolve, reject) => {
    reader.once("message", resolve);
    reader.once("error", reject);
  });
  await reader.terminate();
  expect(results).toHaveLength(50);
  for (const { events, lost, next, wrong } of results) {
    expect(wrong).toBeNull();
    expect([next, events + lost]).toEqual([newest + 1, newest - cursor]);
  }
}, 120_000);

test("a journal that cannot be read ends the events with an error, and is no entry", async () => {
  const said = 'event: hello\ndata: {"cursor":1,"oldest":1}\n\nevent: error\ndata: {"message":"the disk is gone"}\n\n';
  const client = new HostClient(async () => ({
    status: 200,
    body: (async function* () {
      yield said;
    })(),
  }));
  const events = client.events();
  expect((await events.next()).value).toMatchObject({ event: "hello" });
  await expect(events.next()).rejects.toMatchObject({ code: "EIO", reason: "the disk is gone" });
});
