import { BusError } from "auxbus";
import { expect, test } from "vitest";
import { told } from "../modules/shelf.ts";
import { Shelf } from "../modules/shelf.ts";
import { addNic, ETH, HostRig } from "./rig.ts";

test("the snapshot is the view's, at a place in the journal", async () => {
  const { host, client } = await HostRig.start();
  await addNic(host);
  const { cursor, parked, ...snapshot } = await client.get("/v1/snapshot");
  expect(snapshot).toEqual(await host.view.snapshot());
  expect(cursor).toBe(host.journal.cursor);
  expect(parked).toEqual([]);
  const { devices, drivers, buses } = await client.get("/v1/snapshot", { query: { parts: "drivers,buses" } });
  expect({ devices, drivers, buses }).toEqual({ devices: [], drivers: snapshot.drivers, buses: snapshot.buses });
  const found = await client.post("/v1/devices/lookup", { body: { paths: [ETH, "/devices/gone"] } });
  expect(found.devices).toEqual(snapshot.devices.filter(({ path }) => path === ETH));
});

test("devices are unbound, bound, rebound and rescanned; the journal tells who, what and with which result", async () => {
  const { host, client } = await HostRig.start();
  await addNic(host);
  const { cursor } = host.journal;
  const device = { bus: "auxiliary", device: "nic.eth.0" };
  expect(await client.post("/v1/rebind", { body: device })).toEqual({ journaled: true });
  await client.post("/v1/unbind", { body: { ...device, driver: "eth.eth" } });
  await expect(client.post("/v1/rebind", { body: device })).rejects.toThrow(
    "ENODEV: nic.eth.0 has no driver; bind it to one, or rescan it",
  );
  await client.post("/v1/rescan", { body: device });
  await expect(client.post("/v1/bind", { body: { ...device, driver: "eth.eth" } })).rejects.toThrow(
    "EBUSY: nic.eth.0 is bound to eth.eth; unbind it first",
  );
  await expect(client.post("/v1/bind", { body: { ...device, driver: "none" } })).rejects.toThrow("ENOENT");
  await expect(client.post("/v1/rescan", { body: { bus: "usb", device: "1-1" } })).rejects.toThrow(
    "ENOENT: there is no bus usb",
  );
  const { entries } = await client.get("/v1/journal", { query: { after: cursor, order: "asc" } });
  expect(
    entries.map(({ kind, device, driver, data }) => [kind, device, driver, "op" in data ? data.result : null]),
  ).toEqual([
    ["remove", ETH, "eth.eth", null],
    ["uevent", ETH, null, null],
    ["probe", ETH, "eth.eth", null],
    ["uevent", ETH, "eth.eth", null],
    ["operation", ETH, "eth.eth", "ok"],
    ["remove", ETH, "eth.eth", null],
    ["uevent", ETH, null, null],
    ["operation", ETH, "eth.eth", "ok"],
    ["operation", ETH, null, "ENODEV"],
    ["probe", ETH, "eth.eth", null],
    ["uevent", ETH, "eth.eth", null],
    ["operation", ETH, null, "ok"],
    ["operation", ETH, "eth.eth", "EBUSY"],
    ["operation", ETH, "none", "ENOENT"],
    ["operation", null, null, "ENOENT"],
  ]);
  expect(entries[4]).toMatchObject({
    data: { who: "socket: test", role: "operator", op: "rebind", args: { bus: "auxiliary", device: "nic.eth.0" } },
  });
});

test("a failing probe is in the journal with its error and its time, and so is what the driver logs", async () => {
  const { host, client } = await HostRig.start();
  await addNic(host);
  await host.core.auxiliary.register(
    {
      name: "rdma",
      idTable: [{ name: "nic.rdma" }],
      probe() {
        throw new BusError("ENXIO", "the firmware is too old");
      },
    },
    { module: "rdma" },
  );
  const nic = host.core.findDevice("/devices/nic0");
  if (nic === undefined) throw new Error("no nic0");
  await host.core.auxiliary.create(nic, { module: "nic", name: "rdma", id: 0 });
  host.core.log.warn("nic.rdma.0: odd", { device: "nic.rdma.0" });
  const { entries } = await client.get("/v1/journal", { query: { device: "nic.rdma.0", kind: "probe,log" } });
  expect(entries).toMatchObject([
    { kind: "log", device: "/devices/nic0/nic.rdma.0", data: { level: "warn", message: "nic.rdma.0: odd" } },
    {
      kind: "probe",
      driver: "rdma.rdma",
      data: { result: "ENXIO", message: "the firmware is too old", module: "rdma" },
    },
  ]);
  const explained = await client.get("/v1/explain", { query: { path: "/devices/nic0/nic.rdma.0" } });
  expect(explained.summary).toBe("unbound: rdma.rdma failed (ENXIO: the firmware is too old)");
  await expect(client.get("/v1/explain", { query: { path: "/devices/none" } })).rejects.toThrow("ENODEV");
});

test("files and folders below /sys are listed, read and written", async () => {
  const { host, client } = await HostRig.start();
  await addNic(host);
  const store: string[] = [];
  host.core.findDevice(ETH)?.addAttribute("speed", { show: () => "100\n", store: (value) => void store.push(value) });
  host.core.findDevice(ETH)?.addAttribute("reset", { store: () => {} });
  host.core.findDevice(ETH)?.addAttribute("broken", {
    show: () => {
      throw new BusError("EIO", "no answer");
    },
  });
  const folder = await client.get("/v1/sysfs", { query: { path: ETH.slice(1), values: "true" } });
  expect(folder).toMatchObject({
    kind: "folder",
    entries: [
      { name: "broken", kind: "file", readable: true, writable: false, error: { code: "EIO" } },
      { name: "driver", kind: "link", target: "bus/auxiliary/drivers/eth.eth" },
      { name: "power", kind: "folder" },
      { name: "reset", kind: "file", readable: false, writable: true },
      { name: "speed", kind: "file", readable: true, writable: true, value: "100\n" },
      { name: "subsystem", kind: "link" },
      { name: "uevent", value: "DRIVER=eth.eth\nMODALIAS=auxiliary:nic.eth\n" },
    ],
  });
  const file = { path: "bus/auxiliary/devices/nic.eth.0/speed" };
  expect(await client.get("/v1/sysfs", { query: file })).toEqual({
    kind: "file",
    readable: true,
    writable: true,
    value: "100\n",
  });
  await client.put("/v1/sysfs", { body: { ...file, value: "200\n" } });
  expect(store).toEqual(["200"]);
  const root = await client.get("/v1/sysfs", { query: { path: "" } });
  expect(root).toMatchObject({
    entries: [{ name: "bus" }, { name: "class" }, { name: "devices" }, { name: "module" }],
  });
  await expect(client.get("/v1/sysfs", { query: { path: "../etc/passwd" } })).rejects.toThrow("ENOENT");
  await expect(client.put("/v1/sysfs", { body: { path: "devices", value: "1" } })).rejects.toThrow("EISDIR");
});

test("modules are loaded, written to, upgraded and unloaded", async () => {
  const shelf = new Shelf(
    { name: "card", auxbus: { params: { speed: { type: "int", default: 10, writable: true } } } },
    { name: "other", auxbus: { aliases: ["auxiliary:nic.eth"] } },
  );
  const { client } = await HostRig.start({ modules: shelf.folder, config: { options: { card: { speed: 20 } } } });
  told.splice(0);
  await client.post("/v1/modules/{name}/load", { params: { name: "card" }, body: {} });
  await client.put("/v1/modules/{name}/params/{param}", {
    params: { name: "card", param: "speed" },
    body: { value: "0x1f" },
  });
  expect(told.splice(0)).toEqual(['init card {"speed":20}', "card.speed=31"]);
  expect((await client.get("/v1/modules")).modules).toMatchObject([{ name: "card", params: { speed: 31 } }]);
  await expect(
    client.put("/v1/modules/{name}/params/{param}", {
      params: { name: "card", param: "speed" },
      body: { value: "fast" },
    }),
  ).rejects.toThrow('EINVAL: parameter speed of module card is a whole number, not "fast"');
  expect((await client.get("/v1/settings")).settings).toMatchObject([
    { kind: "param", key: "card.speed", value: "0x1f" },
  ]);

  shelf.put({ name: "card", version: "2.0.0", auxbus: { params: { speed: { type: "int", default: 10 } } } });
  shelf.put({ name: "new" });
  expect(await client.post("/v1/depmod")).toEqual({ journaled: true, modules: 3 });
  expect(await client.get("/v1/modules/{name}", { params: { name: "card" } })).toMatchObject({ version: "2.0.0" });
  expect((await client.get("/v1/resolve", { query: { modalias: "auxiliary:nic.eth" } })).modules).toEqual(["other"]);
  await client.put("/v1/blacklist/{name}", { params: { name: "other" } });
  expect((await client.get("/v1/resolve", { query: { modalias: "auxiliary:nic.eth" } })).modules).toEqual([]);
  expect((await client.get("/v1/installed")).blacklist).toEqual(["other"]);
  await client.delete("/v1/blacklist/{name}", { params: { name: "other" } });
  expect((await client.get("/v1/installed")).blacklist).toEqual([]);

  await client.post("/v1/modules/{name}/unload", { params: { name: "card" }, body: {} });
  expect(told.splice(0)).toEqual(["exit card"]);
  await expect(client.post("/v1/modules/{name}/load", { params: { name: "nothing" }, body: {} })).rejects.toThrow(
    "ENOENT",
  );
  const { entries } = await client.get("/v1/journal", { query: { kind: "module", order: "asc" } });
  expect(entries.map(({ data }) => data)).toEqual([
    { module: "card", change: "loaded", version: "1.0.0" },
    { module: "card", change: "unloaded", version: "2.0.0" },
  ]);
});

test("verbs of modules are run, tell what they do, and end when nobody listens", async () => {
  const { host, client } = await HostRig.start();
  await expect(client.runVerb("count", {}, { signal: new AbortController().signal, report: () => {} })).rejects.toThrow(
    "ENOENT: there is no verb count; no module has added any",
  );
  const { Control } = await import("@auxbus/control");
  let ended: (() => void) | undefined;
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  Control.of(host.core).addAll([
    {
      name: "count",
      summary: "Count.",
      params: [{ name: "to", type: "number", required: true, description: "how far" }],
      run: ({ to }, { report }) => {
        for (let i = 1; i <= Number(to); i++) report({ i });
        return "done";
      },
    },
    {
      name: "wait",
      summary: "Wait.",
      run: (_args, { signal, report }) =>
        new Promise((_resolve, reject) => {
          report("here");
          signal.addEventListener("abort", () => {
            ended?.();
            reject(new Error("aborted"));
          });
        }),
    },
  ]);
  const heard: unknown[] = [];
  const forever = new AbortController();
  const options = { signal: forever.signal, report: (record: unknown) => void heard.push(record) };
  expect(await client.runVerb("count", { to: 2 }, options)).toBe("done");
  expect(heard).toEqual([{ i: 1 }, { i: 2 }]);
  await expect(client.runVerb("count", {}, options)).rejects.toThrow("EINVAL: count: to is missing");
  const stop = new AbortController();
  const waiting = client.runVerb("wait", {}, { signal: stop.signal, report: () => stop.abort(new Error("enough")) });
  await expect(waiting).rejects.toThrow("enough");
  await end;
  expect((await client.get("/v1/verbs")).verbs.map(({ name }) => name)).toEqual(["count", "wait"]);
});

test("the system sleeps and wakes", async () => {
  const { client } = await HostRig.start();
  await client.post("/v1/power/suspend");
  expect(await client.get("/v1/status")).toMatchObject({ suspended: true });
  await expect(client.post("/v1/power/suspend")).rejects.toThrow("EBUSY");
  await client.post("/v1/power/resume");
  expect(await client.get("/v1/status")).toMatchObject({ suspended: false });
  const { entries } = await client.get("/v1/journal", { query: { kind: "pm", order: "asc" } });
  expect(entries.map(({ data }) => data)).toEqual([{ status: "suspended" }, { status: "active" }]);
});

test("figures for Prometheus", async () => {
  const { host, client } = await HostRig.start();
  await addNic(host);
  const lines = (await client.metrics()).split("\n");
  expect(lines).toContain('auxbus_devices{bus="auxiliary",state="bound"} 1');
  expect(lines).toContain('auxbus_probe_seconds_count{driver="eth.eth",result="bound"} 1');
  expect(lines).toContain(`auxbus_uevents ${host.core.uevents.seqnum}`);
  expect(lines).toContain("auxbus_journal_failing 0");
});

test("down shuts the host down in order, after its answer", async () => {
  const { host, client } = await HostRig.start();
  await addNic(host);
  expect(await client.post("/v1/down")).toEqual({ journaled: true });
  await host.stopped;
  await expect(client.get("/v1/status")).rejects.toThrow(/^ECONNREFUSED: no host answers on /);
});
