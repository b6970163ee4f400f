import { BusError, type Device, defineAuxiliaryDriver } from "auxbus";
import { SofDevice } from "@auxbus/snd_sof";
import { afterEach, describe, expect, test } from "vitest";
import { Machine } from "./machine.ts";
import { QuietDsp } from "./quiet-dsp.ts";

let machine: Machine;
let root: Device;
let ops: QuietDsp;
let released: string[];

afterEach(async () => {
  await root.destroy();
  await machine.end();
});

function prepare(): void {
  machine = new Machine();
  root = machine.core.addRootDevice("dsp");
  ops = new QuietDsp();
  released = [];
}

async function probe(): Promise<SofDevice> {
  const platformModule = machine.module("glue");
  const sof = await machine.run(SofDevice.probe(root, { platformModule, ops, card: "quiet" }));
  machine.since();
  return sof;
}

const data = (name: string): { release(): void } => ({ release: () => void released.push(name) });

describe("35: registering clients", () => {
  test("a second one of the same name and id fails, its data is released, the list is unchanged", async () => {
    prepare();
    const sof = await probe();
    const names = sof.clients.names();
    expect(names, "newest first").toEqual(["msg_injector.0", "ipc_flood.1", "ipc_flood.0"]);
    await sof.registerClient("extra", 0, data("first"));
    expect(machine.since()).toEqual(["add snd_sof.extra.0"]);
    await expect(sof.registerClient("extra", 0, data("second"))).rejects.toMatchObject({ code: "EEXIST" });
    expect(machine.since()).toContain("error: dsp: failed to add client dev extra.0");
    expect(released).toEqual(["second"]);
    expect(sof.clients.names()).toEqual(["extra.0", ...names]);

    await expect(sof.registerClient("", 3, data("nameless"))).rejects.toMatchObject({ code: "EINVAL" });
    expect(machine.since()).toContain("error: dsp: failed to initialize client dev .3");
    expect(released).toEqual(["second", "nameless"]);
    expect(sof.clients.names()).toEqual(["extra.0", ...names]);

    await sof.unregisterClient("nobody", 7);
    await sof.unregisterClient("extra", 0);
    expect(released).toEqual(["second", "nameless", "first"]);
    await sof.unregisterClient("extra", 0);
    expect(sof.clients.names()).toEqual(names);
    await sof.remove();
  });

  test("a client's probe may register further clients", async () => {
    prepare();
    const sof = await probe();
    const nested = defineAuxiliaryDriver({
      name: "nested",
      idTable: [{ name: "snd_sof.outer" }],
      probe: () => sof.registerClient("inner", 0, data("inner")),
    });
    await machine.core.auxiliary.register(nested, { module: "test" });
    await sof.registerClient("outer", 0, data("outer"));
    expect(sof.clients.names().slice(0, 2), "inner is in the list first").toEqual(["outer.0", "inner.0"]);
    await sof.unregisterClient("outer", 0);
    await sof.unregisterClient("inner", 0);
    expect(released).toEqual(["outer", "inner"]);
    await sof.remove();
  });

  test("a failure mid-way takes back what was published, the last first", async () => {
    prepare();
    const inTheWay = await machine.core.auxiliary.create(root, { module: "snd_sof", name: "ipc_flood", id: 1 });
    machine.since();
    const failed = SofDevice.probe(root, { platformModule: machine.module("glue"), ops, card: "quiet" });
    await expect(machine.run(failed)).rejects.toMatchObject({ code: "EEXIST" });
    expect(machine.since().filter((line) => !line.includes("sysfs"))).toEqual([
      "add snd_sof.ipc_flood.0",
      "error: dsp: failed to add client dev ipc_flood.1",
      "error: dsp: IPC flood test client registration failed",
      "remove snd_sof.ipc_flood.0",
    ]);
    await inTheWay.destroy();

    ops.platformClients = {
      register: () => Promise.reject(new BusError("ENOMEM", "as the test wants")),
      unregister: () => Promise.resolve(),
    };
    machine.since();
    const again = SofDevice.probe(root, { platformModule: machine.module("glue"), ops, card: "quiet" });
    await expect(machine.run(again)).rejects.toMatchObject({ code: "ENOMEM" });
    expect(machine.since()).toEqual([
      "add snd_sof.ipc_flood.0",
      "add snd_sof.ipc_flood.1",
      "add snd_sof.msg_injector.0",
      "remove snd_sof.msg_injector.0",
      "remove snd_sof.ipc_flood.1",
      "remove snd_sof.ipc_flood.0",
    ]);
  });

  test("clients that somebody left behind go with the DSP, with a warning", async () => {
    prepare();
    const sof = await probe();
    await sof.registerClient("old", 0, data("old"));
    await sof.registerClient("new", 0, data("new"));
    await sof.remove();
    expect(released).toEqual(["new", "old"]);
    expect(machine.since().filter((line) => line.startsWith("warn"))).toEqual([
      "warn: dsp: client new.0 was left behind; it goes with the DSP",
      "warn: dsp: client old.0 was left behind; it goes with the DSP",
    ]);
  });

  test("a remove that wants the client list waits for itself; its deadline ends that", async () => {
    prepare();
    const sof = await probe();
    const careless = defineAuxiliaryDriver({
      idTable: [{ name: "snd_sof.extra" }],
      probe() {},
      remove: () => sof.unregisterClient("msg_injector", 0),
      removeTimeout: 5000,
    });
    await machine.core.auxiliary.register(careless, { module: "careless" });
    await sof.registerClient("extra", 0);
    machine.since();
    const start = machine.runtime.now();
    await machine.run(sof.unregisterClient("extra", 0));
    expect(machine.runtime.now() - start).toBe(5000);
    expect(machine.since()[0]).toMatch(/^error: snd_sof\.extra\.0: remove by careless failed.*ETIMEDOUT/);
    await machine.run(sof.remove());
    expect(sof.clients.names()).toEqual([]);
  });

  test("a remove that takes its time keeps the DSP from going to sleep", async () => {
    prepare();
    const sof = await probe();
    let end: (() => void) | undefined;
    const slow = defineAuxiliaryDriver({
      idTable: [{ name: "snd_sof.extra" }],
      probe() {},
      remove: () => new Promise<void>((resolve) => (end = resolve)),
    });
    await machine.core.auxiliary.register(slow, { module: "slow" });
    await sof.registerClient("extra", 0);
    const going = sof.unregisterClient("extra", 0);
    let asleep = false;
    const suspending = sof.suspend("D3").then(() => (asleep = true));
    await machine.runtime.advance(1000);
    expect(asleep).toBe(false);
    end?.();
    await machine.run(Promise.all([going, suspending]));
    expect(sof.fwState).toBe("NOT_STARTED");
    await sof.remove();
  });

  test("a client driver's own suspend and resume that never end are not waited for longer than 10 s", async () => {
    prepare();
    const sof = await probe();
    const stuck = defineAuxiliaryDriver({
      idTable: [{ name: "snd_sof.extra" }],
      probe() {},
      removeTimeout: 15_000,
      suspend: () => new Promise<void>(() => undefined),
    });
    await machine.core.auxiliary.register(stuck, { module: "stuck" });
    await sof.registerClient("extra", 0);
    machine.since();
    const start = machine.runtime.now();
    await machine.run(sof.suspend("D3"));
    expect(machine.runtime.now() - start).toBe(10_000);
    expect(machine.since()).toEqual([
      expect.stringMatching(/^warn: snd_sof\.extra\.0: its driver's suspend.*ETIMEDOUT/),
    ]);
    await machine.run(sof.unregisterClient("extra", 0));
    await machine.run(sof.remove());
  });

  test("an IPC type other than 3 has no floods, and no messages are sent", async () => {
    prepare();
    const platformModule = machine.module("glue");
    const sof = await machine.run(SofDevice.probe(root, { platformModule, ops, card: "quiet", ipcType: 4 }));
    expect(sof.clients.names()).toEqual(["msg_injector.0"]);
    await expect(sof.ipc.txMessage(new Uint8Array(8), 12)).rejects.toMatchObject({ code: "EINVAL" });
    await sof.registerClient("hda-probes", 0);
    await machine.load("snd_sof_probes", { enable: true });
    expect(machine.core.explain(machine.client("hda-probes.0")).drivers[0]).toMatchObject({ code: "ENXIO" });
    await sof.unregisterClient("hda-probes", 0);
    await sof.remove();
  });

  test("a probes client without host operations is not for the probes driver", async () => {
    prepare();
    const sof = await probe();
    await machine.load("snd_sof_probes", { enable: true });
    await sof.registerClient("hda-probes", 0);
    expect(machine.core.explain(machine.client("hda-probes.0")).drivers[0]).toMatchObject({ code: "ENODEV" });
    await sof.unregisterClient("hda-probes", 0);
    await sof.remove();
  });
});
