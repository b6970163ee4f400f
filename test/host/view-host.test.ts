import { folder } from "@auxbus/console";
import { ViewHost } from "@auxbus/host";
import { fetchTransport, HostClient } from "@auxbus/host/client";
import { type BusView, errnoOf, type UeventOverflow, type UeventRecord } from "auxbus";
import { expect, onTestFinished, test } from "vitest";
import { makeBus, NIC } from "../snapshot/world.ts";

/** A view whose uevents the test tells, and a client of what serves it. */
async function serve() {
  const core = await makeBus();
  const inner = core.view();
  const told: (UeventRecord | UeventOverflow | Error)[] = [];
  let wake = (): void => {};
  const view: BusView = {
    snapshot: (parts) => inner.snapshot(parts),
    list: (path) => inner.list(path),
    read: (path) => inner.read(path),
    write: (path, value) => inner.write(path, value),
    bind: (bus, driver, device) => inner.bind(bus, driver, device),
    unbind: (bus, driver, device) => inner.unbind(bus, driver, device),
    rescan: (bus, device) => inner.rescan(bus, device),
    override: (bus, device, driver) => inner.override(bus, device, driver),
    explain: (path) => inner.explain(path),
    async *uevents({ signal, listening } = {}) {
      signal?.addEventListener("abort", () => wake());
      listening?.();
      while (signal?.aborted !== true) {
        const next = told.shift();
        if (next instanceof Error) throw next;
        if (next !== undefined) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
  const failed = (error: Error): void => expect.unreachable(error.message);
  const host = await ViewHost.start({ view, name: "x", about: "y", live: true, consoleFolder: folder, failed });
  onTestFinished(() => host.stop());
  const { origin, hash } = new URL(host.url);
  const client = new HostClient(fetchTransport(origin, hash.replace("#token=", "")));
  const tell = (next: UeventRecord | UeventOverflow | Error): void => {
    told.push(next);
    wake();
  };
  return { core, client, tell };
}

const CHANGE: UeventRecord = {
  seqnum: 7,
  action: "change",
  devpath: NIC,
  subsystem: undefined,
  env: { DRIVER: "d" },
  time: 0,
};

test("what happens is in the journal; who has missed something has to look anew", async () => {
  const { client, tell } = await serve();
  const events = client.events()[Symbol.asyncIterator]();
  expect(await events.next()).toMatchObject({ value: { event: "hello" } });
  tell(CHANGE);
  expect(await events.next()).toMatchObject({
    value: { event: "entry", data: { kind: "uevent", device: NIC, driver: "d", data: { action: "change" } } },
  });
  tell({ action: "overflow", lost: 12 });
  // What is lost is told, or the connection ends before; either way it ends.
  const rest = async (): Promise<void> => {
    while ((await events.next()).done !== true) continue;
  };
  await expect(rest()).rejects.toThrow("the host has gone");
  const { entries } = await client.get("/v1/journal");
  expect(entries[0]).toMatchObject({ kind: "log", data: { level: "warn", message: "12 uevents were lost" } });
});

test("that nothing is seen any more is a problem of the status", async () => {
  const { client, tell } = await serve();
  expect(await client.get("/v1/status")).toMatchObject({ view: { about: "y", live: true }, problems: [], devices: 5 });
  tell(new Error("udevadm has gone"));
  await expect
    .poll(async () => (await client.get("/v1/status")).problems)
    .toEqual(["what happens is not seen any more: udevadm has gone"]);
});

test("what is done is written down with what became of it; a device without driver cannot be rebound", async () => {
  const { core, client } = await serve();
  await client.post("/v1/rebind", { body: { bus: "auxiliary", device: "nic.eth.0" } });
  await client.put("/v1/sysfs", { body: { path: "bus/auxiliary/drivers_autoprobe", value: "0" } });
  await client.put("/v1/override", { body: { bus: "auxiliary", device: "nic.vdpa.0", driver: "eth_drv.eth" } });
  await client.post("/v1/rescan", { body: { bus: "auxiliary", device: "nic.vdpa.0" } });
  expect(core.auxiliary.find("nic.vdpa.0")?.driver?.name).toBe("eth_drv.eth");
  await client.post("/v1/unbind", { body: { bus: "auxiliary", driver: "eth_drv.eth", device: "nic.vdpa.0" } });
  const rebind = client.post("/v1/rebind", { body: { bus: "auxiliary", device: "nic.vdpa.0" } });
  expect(await rebind.catch(errnoOf)).toBe("ENODEV");
  await client.put("/v1/override", { body: { bus: "auxiliary", device: "nic.vdpa.0", driver: null } });
  const { entries } = await client.get("/v1/journal", { query: { kind: "operation" } });
  expect(entries.map(({ data }) => ("op" in data ? `${data.op} ${data.result}` : ""))).toEqual([
    "override ok",
    "rebind ENODEV",
    "unbind ok",
    "rescan ok",
    "override ok",
    "write ok",
    "rebind ok",
  ]);
});

test("what only a host has is not there", async () => {
  const { client } = await serve();
  for (const path of ["/v1/modules", "/v1/hosts", "/v1/settings", "/v1/verbs"] as const) {
    expect(await client.get(path).catch(errnoOf)).toBe("ENOENT");
  }
  expect(await client.get("/v1/sysfs", { query: { path: `${NIC.slice(1)}/reset` } })).toEqual({
    kind: "file",
    readable: false,
    writable: true,
    value: null,
  });
});
