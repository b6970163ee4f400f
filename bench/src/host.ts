// How fast a host is: entries into the journal, events to many readers, acknowledged operations, snapshots.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Worker } from "node:worker_threads";
import { Host, parseConfig } from "@auxbus/host";
import { HostClient } from "@auxbus/host/client";
import { socketTransport } from "@auxbus/host/client/socket";
import { ModuleIndex } from "@auxbus/modules";

const quick = process.argv.includes("--quick");
const folder = mkdtempSync(join(tmpdir(), "auxbus-bench-"));
const socket = join(folder, "host.sock");

function show(what: string, value: string): void {
  process.stdout.write(`${what.padEnd(66)} ${value}\n`);
}

function part(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const host = await Host.start({
  config: parseConfig({}),
  state: join(folder, "state"),
  socket,
  depmod: () => ModuleIndex.depmod([folder]),
});
try {
  const client = new HostClient(socketTransport(socket), "bench");
  const { auxiliary } = host.core;
  const nic = host.core.addRootDevice("nic0");
  await auxiliary.register({ name: "eth", idTable: [{ name: "nic.eth" }], probe() {} }, { module: "eth" });
  const device = await auxiliary.create(nic, { module: "nic", name: "eth", id: 0 });

  const count = quick ? 10_000 : 100_000;
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    device.uevent("change");
    if (i % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
  }
  await host.journal.write({ kind: "log", device: null, driver: null, data: { level: "info", message: "end" } });
  const took = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  show(`${count.toLocaleString("en")} uevents until all are on the disk`, `${Math.round(count / took)} k/s`);
  show(
    "  of it, CPU of the whole process, with the thread of the disk",
    `${((user + system) / count).toFixed(1)} µs each`,
  );

  const times: number[] = [];
  for (let i = 0; i < (quick ? 50 : 500); i++) {
    const asked = performance.now();
    await client.post("/v1/rebind", { body: { bus: "auxiliary", device: "nic.eth.0" } });
    times.push(performance.now() - asked);
  }
  times.sort((a, b) => a - b);
  show(
    "rebind, written down and answered: median, 99 %",
    `${part(times, 0.5).toFixed(2)} ms, ${part(times, 0.99).toFixed(2)} ms`,
  );

  for (let id = 1; id < 10_000; id++) await auxiliary.create(nic, { module: "nic", name: "eth", id });
  const snapshots: number[] = [];
  for (let i = 0; i < 5; i++) {
    const asked = performance.now();
    await client.get("/v1/snapshot");
    snapshots.push(performance.now() - asked);
  }
  show(
    "snapshot of 10,000 devices, read and parsed: median",
    `${part(
      snapshots.toSorted((a, b) => a - b),
      0.5,
    ).toFixed(0)} ms`,
  );

  await events(quick ? 1 : 5);
} finally {
  await host.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** 50 readers while 10,000 uevents happen each second. */
async function events(seconds: number): Promise<void> {
  const device = host.core.auxiliary.find("nic.eth.0");
  if (device === undefined) throw new Error("no device");
  // An entry of its own is on the disk, and all before it.
  await host.journal.write({ kind: "log", device: null, driver: null, data: { level: "info", message: "begin" } });
  const after = host.journal.cursor;
  const worker = new Worker(new URL("host-readers.js", import.meta.url), {
    workerData: { socket, after, readers: 50 },
  });
  await new Promise((resolve) => worker.once("message", resolve));
  const total = seconds * 10_000;
  const start = performance.now();
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.ceil((performance.now() - start) * 10));
    for (; sent < due; sent++) device.uevent("change");
    await new Promise((resolve) => setImmediate(resolve));
  }
  const took = performance.now() - start;
  await host.journal.write({ kind: "log", device: null, driver: null, data: { level: "info", message: "end" } });
  worker.postMessage(host.journal.cursor);
  const { received, lost, latencies } = await new Promise<{ received: number; lost: number; latencies: number[] }>(
    (resolve) => worker.once("message", resolve),
  );
  await worker.terminate();
  latencies.sort((a, b) => a - b);
  show("50 readers of events: uevents a second", `${Math.round(total / took)} k/s`);
  show("  entries received, missed and told so", `${received.toLocaleString("en")}, ${lost.toLocaleString("en")}`);
  show(
    "  from the uevent to the reader: median, 99 %",
    `${part(latencies, 0.5).toFixed(0)} ms, ${part(latencies, 0.99).toFixed(0)} ms`,
  );
}
