import { type AuxiliaryDevice, BusError, defineAuxiliaryDriver } from "auxbus";
import { PciBus } from "@auxbus/pci";
import { type FwState, ipc3Message, SofDevice, type SofDspOps, type SofInterrupt } from "@auxbus/snd_sof";
import { afterEach, expect, test } from "vitest";
import { Machine } from "./machine.ts";

let machine: Machine;

afterEach(() => machine.end());

const bound = (name: string): string | undefined => machine.client(name).driver?.name;
const code = (error: unknown): string => (error instanceof BusError ? error.code : String(error));

test("21: boot publishes card and clients in order, and the client modules load by alias", async () => {
  machine = new Machine();
  const loaded: string[] = [];
  machine.core.uevents.subscribe(({ action, env }) => {
    const module = {
      "auxiliary:snd_sof.ipc_flood": "snd_sof_ipc_flood_test",
      "auxiliary:snd_sof.msg_injector": "snd_sof_ipc_msg_injector",
      "auxiliary:snd_sof.hda-probes": "snd_sof_probes",
    }[env["MODALIAS"] ?? ""];
    if (action === "add" && module !== undefined && !loaded.includes(module)) loaded.push(module);
  });
  await machine.load("snd_sof_pci_intel_tgl");
  const cardsAtFirstClient: string[] = [];
  machine.core.auxiliary.subscribe((event) => {
    if (event === "add-device" && cardsAtFirstClient.length === 0) {
      cardsAtFirstClient.push(...machine.sound.cards().map(({ name }) => name));
    }
  });
  machine.since();
  await machine.plug();

  expect(machine.since()).toEqual([
    "add pci0000:00",
    "add 0000:00:1f.3",
    "add snd_sof.ipc_flood.0",
    "add snd_sof.ipc_flood.1",
    "add snd_sof.msg_injector.0",
    "add snd_sof.hda-probes.0",
    "bind 0000:00:1f.3",
  ]);
  expect(cardsAtFirstClient).toEqual(["sof-hda-dsp"]);
  expect(loaded).toEqual(["snd_sof_ipc_flood_test", "snd_sof_ipc_msg_injector", "snd_sof_probes"]);
  for (const module of ["snd_sof_ipc_flood_test", "snd_sof_ipc_msg_injector", "snd_sof_probes"] as const)
    await machine.load(module);

  expect(bound("ipc_flood.0")).toBe("snd_sof_ipc_flood_test");
  expect(bound("ipc_flood.1")).toBe("snd_sof_ipc_flood_test");
  expect(bound("msg_injector.0")).toBe("snd_sof_ipc_msg_injector");
  expect(bound("hda-probes.0"), "probes are off by default").toBeUndefined();
  expect(machine.core.explain(machine.client("hda-probes.0")).drivers[0]).toMatchObject({
    verdict: "failed",
    code: "ENXIO",
  });
  expect(machine.pci.driver?.name, "the core does not mind").toBe("sof-audio-pci-intel-tgl");
});

test("22: a flood boots the DSP if need be, is clamped, and the DSP sleeps again after it", async () => {
  machine = await Machine.booted();
  const states: FwState[] = [];
  const watcher = defineAuxiliaryDriver({
    name: "watcher",
    idTable: [{ name: "snd_sof.ipc_flood" }],
    probe: (device: AuxiliaryDevice<"snd_sof.ipc_flood">) =>
      device.shared.registerFwStateHandler((state) => void states.push(state)),
  });
  await machine.run(machine.core.auxiliary.unbind("snd_sof_ipc_flood_test", "snd_sof.ipc_flood.1"));
  await machine.run(machine.core.auxiliary.register(watcher, { module: "test" }));
  const file = "sof/ipc_flood_count";

  await machine.runtime.advance(6000);
  expect(machine.dsp.state, "nobody used it").toBe("off");
  expect(states).toEqual(["NOT_STARTED"]);

  const before = machine.dsp.messages;
  expect(await machine.write(file, "1000\n")).toBe(5);
  expect(states).toEqual(["NOT_STARTED", "COMPLETE"]);
  // Pipelines and context were restored before.
  expect(machine.dsp.messages - before).toBe(1002);
  const text = await machine.read(file);
  const match =
    /^IPC Flood count: 1000\nAvg response time: (\d+)ns\nMax response time: (\d+)ns\nMin response time: (\d+)ns\n$/.exec(
      text,
    );
  expect(match, text).not.toBeNull();
  const [average = 0, max = 0, min = 0] = (match ?? []).slice(1).map(Number);
  expect(min).toBeGreaterThanOrEqual(20_000);
  expect(max).toBeLessThanOrEqual(200_000);
  expect(average).toBeGreaterThan(min);
  expect(average).toBeLessThan(max);

  await machine.write(file, "20000");
  expect(await machine.read(file)).toMatch(/^IPC Flood count: 10000\n/);
  const old = await machine.read(file);
  expect(await machine.write(file, "0")).toBe(1);
  expect(await machine.read(file), "no test was run").toBe(old);
  await expect(machine.write(file, "abc")).rejects.toMatchObject({ code: "EINVAL" });
  await machine.write("sof/snd_sof.ipc_flood.0/ipc_flood_duration_ms", "50");
  expect(await machine.read(file)).toMatch(/^IPC Flood test duration: 50ms\nIPC Flood count: \d+\n/);

  const flood = machine.client("ipc_flood.0");
  await machine.runtime.advance(2999);
  expect(flood.runtimePm.status).toBe("active");
  await machine.runtime.advance(1);
  expect(flood.runtimePm.status, "3 s after its last use").toBe("suspended");
  expect(machine.dsp.state).toBe("running");
  await machine.runtime.advance(2000);
  expect(machine.dsp.state, "2 s later").toBe("off");
  expect(states.at(-1)).toBe("NOT_STARTED");
  await machine.write(file, "1");
  expect(machine.dsp.state).toBe("running");
  expect(states.at(-1)).toBe("COMPLETE");
  await machine.run(machine.core.auxiliary.unregister("test.watcher"));
});

test("23: a system suspend waits for the writer; clients suspend before the context is saved and resume before it is restored", async () => {
  machine = await Machine.booted();
  const calls: string[] = [];
  const custom = (name: string) =>
    defineAuxiliaryDriver({
      name,
      idTable: [{ name: `snd_sof.${name}` }],
      probe() {},
      suspend: async (device) => void calls.push(`${device.name} suspend ${machine.dsp.messages - base}`),
      resume: async (device) => void calls.push(`${device.name} resume ${machine.dsp.messages - base}`),
    });
  let base = 0;
  await machine.run(machine.core.auxiliary.unbind("snd_sof_ipc_flood_test", "snd_sof.ipc_flood.1"));
  await machine.run(machine.core.auxiliary.unbind("snd_sof_ipc_msg_injector", "snd_sof.msg_injector.0"));
  await machine.run(machine.core.auxiliary.register(custom("ipc_flood"), { module: "test" }));
  await machine.run(machine.core.auxiliary.register(custom("msg_injector"), { module: "test" }));

  base = machine.dsp.messages + 500;
  const writing = machine.debugfs.write("sof/ipc_flood_count", "500");
  await machine.runtime.advance(1);
  expect(machine.pci.runtimePm.activeChildren).toBeGreaterThan(0);
  await expect(machine.client("ipc_flood.0").runtimePm.suspend(), "it is in use").rejects.toMatchObject({
    code: "EAGAIN",
  });
  const suspending = machine.core.power.suspend();
  await machine.runtime.advance(1);
  expect(calls, "the writer is not finished").toEqual([]);
  expect(await machine.run(writing)).toBe(3);
  await machine.run(suspending);

  // Newest first, and before the message that saves the context.
  expect(calls).toEqual(["snd_sof.msg_injector.0 suspend 0", "snd_sof.ipc_flood.1 suspend 0"]);
  expect(machine.dsp.messages - base).toBe(1);
  expect(machine.dsp.state).toBe("off");
  await expect(machine.run(machine.debugfs.write("sof/ipc_flood_count", "1"))).rejects.toMatchObject({
    code: "ENODEV",
  });

  const boots = machine.dsp.boots;
  await machine.run(machine.core.power.resume());
  expect(machine.dsp.boots).toBe(boots + 1);
  // After the pipelines (one message), before the context is restored.
  expect(calls.slice(2)).toEqual(["snd_sof.msg_injector.0 resume 2", "snd_sof.ipc_flood.1 resume 2"]);
  expect(machine.dsp.messages - base).toBe(3);
  await machine.run(machine.core.auxiliary.unregister("test.ipc_flood"));
  await machine.run(machine.core.auxiliary.unregister("test.msg_injector"));
});

test("24: a panic during a flood times out, keeps what was measured, and a suspend and resume mends it", async () => {
  machine = await Machine.booted();
  const file = "sof/ipc_flood_count";
  machine.dsp.faults.panicAfter = 7;
  machine.since();
  await expect(machine.write(file, "100")).rejects.toMatchObject({ code: "ETIMEDOUT" });
  expect(machine.since()).toEqual([
    "error: ipc tx timed out for 0xb0010000 (msg/reply size: 8/12)",
    "error: snd_sof.ipc_flood.0: ipc flood test failed at 7 iterations",
  ]);
  for (const name of [file, "sof/ipc_msg_inject"]) {
    await expect(machine.run(machine.debugfs.open(name)), name).rejects.toMatchObject({ code: "ENODEV" });
  }
  await machine.run(machine.core.power.suspend());
  expect(machine.dsp.state).toBe("off");
  await machine.run(machine.core.power.resume());
  expect(await machine.read(file), "what the seven have measured").toMatch(/^IPC Flood count: 7\n/);
  await machine.write(file, "3");
  expect(await machine.read(file)).toMatch(/^IPC Flood count: 3\n/);
});

test("24: clients are told about the crash", async () => {
  machine = await Machine.booted();
  const states: FwState[] = [];
  await machine.run(machine.core.auxiliary.unbind("snd_sof_ipc_msg_injector", "snd_sof.msg_injector.0"));
  const watcher = defineAuxiliaryDriver({
    name: "watcher",
    idTable: [{ name: "snd_sof.msg_injector", contract: "1.x" }],
    probe: (device) => device.shared.registerFwStateHandler((state) => void states.push(state)),
  });
  await machine.run(machine.core.auxiliary.register(watcher, { module: "test" }));
  machine.dsp.panic();
  await machine.write("sof/ipc_flood_count", "1").catch(() => undefined);
  expect(states).toEqual(["CRASHED"]);
  await machine.run(machine.core.auxiliary.unregister("test.watcher"));
});

test("25: an open probes stream pins the glue; points are added, listed and removed; without a stream there is nothing", async () => {
  machine = await Machine.booted({ enable: "1" });
  expect(bound("hda-probes.0")).toBe("snd_sof_probes");
  machine.since();
  await expect(machine.write("sof/probe_points", "1,0,1")).rejects.toMatchObject({ code: "ENOENT" });
  expect(machine.since()).toContain("warn: no extractor stream running");

  const stream = await machine.run(machine.sound.openCapture("sof-probes"));
  expect(() => machine.module("snd_sof_pci_intel_tgl").startGoing()).toThrow(/EBUSY.*snd_sof client/);
  await machine.run(stream.setParams({ fragmentSize: 4096, fragments: 4, sampleRate: 48_000, channels: 2 }));
  await machine.run(stream.start());
  await machine.write("sof/probe_points", "1,0,1");
  await machine.write("sof/probe_points", "16,1,2");
  expect(await machine.read("sof/probe_points")).toBe(
    "Id: 0x00000001  Purpose: 0  Node id: 0x1\nId: 0x00000010  Purpose: 1  Node id: 0x2\n",
  );
  await expect(machine.write("sof/probe_points", "1,2")).rejects.toMatchObject({ code: "EINVAL" });
  await expect(machine.write("sof/probe_points", "1,x,2")).rejects.toThrow(/"x" is no integer/);
  await machine.runtime.advance(100);
  expect(stream.pointer(), "48 kHz, two channels of 32 bits").toBeGreaterThanOrEqual(38_400);
  expect(stream.copy(1000)).toHaveLength(1000);
  await machine.write("sof/probe_points_remove", "16");
  expect(machine.dsp.probes.points).toEqual([{ id: 1, purpose: 0, tag: 1 }]);

  await machine.run(stream.close());
  expect(machine.dsp.probes.points).toEqual([]);
  expect(machine.dsp.freeStreams).toBe(4);
  expect(machine.module("snd_sof_pci_intel_tgl").refs).toBe(0);
  await expect(machine.read("sof/probe_points")).rejects.toMatchObject({ code: "ENOENT" });

  while (machine.dsp.takeStream() !== undefined);
  await expect(machine.run(machine.sound.openCapture("sof-probes"))).rejects.toMatchObject({ code: "EBUSY" });
  expect(machine.module("snd_sof_pci_intel_tgl").refs).toBe(0);
  for (const tag of [1, 2, 3, 4]) machine.dsp.returnStream(tag);
});

test("26: unbinding the DSP waits for open files, then takes clients before the card; binding brings everything back", async () => {
  machine = await Machine.booted();
  const handle = await machine.run(machine.debugfs.open("sof/ipc_flood_count"));
  expect(() => machine.module("snd_sof_ipc_flood_test").startGoing(), "an open file pins the client's module").toThrow(
    /EBUSY/,
  );
  machine.since();
  const unbinding = PciBus.of(machine.core).unbind("sof-audio-pci-intel-tgl", "0000:00:1f.3");
  let done = false;
  void unbinding.then(() => (done = true));
  await machine.runtime.advance(100_000);
  expect(done, "the file is open").toBe(false);
  expect(machine.sound.cards()).toHaveLength(1);
  await machine.run(handle.close());
  await machine.run(unbinding);
  expect(machine.since()).toEqual([
    "remove snd_sof.hda-probes.0",
    "unbind snd_sof.msg_injector.0",
    "remove snd_sof.msg_injector.0",
    "unbind snd_sof.ipc_flood.0",
    "remove snd_sof.ipc_flood.0",
    "unbind snd_sof.ipc_flood.1",
    "remove snd_sof.ipc_flood.1",
    "unbind 0000:00:1f.3",
  ]);
  expect(machine.sound.cards()).toEqual([]);
  expect(machine.core.auxiliary.findDriver("snd_sof_ipc_flood_test")?.registered, "client modules stay").toBe(true);

  await machine.run(PciBus.of(machine.core).bind("sof-audio-pci-intel-tgl", "0000:00:1f.3"));
  expect(bound("ipc_flood.0")).toBe("snd_sof_ipc_flood_test");
  expect(bound("msg_injector.0")).toBe("snd_sof_ipc_msg_injector");
  await machine.write("sof/ipc_flood_count", "5");
});

/** A DSP that is just there, for tests of the core alone. */
class QuietDsp implements SofDspOps {
  #handler: ((interrupt: SofInterrupt) => void) | null = null;
  powerUp(): void {}
  powerDown(): void {}
  run(): void {
    this.#handler?.({ type: "ready", version: "test" });
  }
  sendMessage(message: Uint8Array): void {
    this.#handler?.({ type: "reply", message: ipc3Message(message[4] ?? 0, [0]) });
  }
  crashed(): boolean {
    return false;
  }
  setInterruptHandler(handler: ((interrupt: SofInterrupt) => void) | null): void {
    this.#handler = handler;
  }
}

test("35: a second client of the same name fails, its data is released, and the list is as before; a probe may publish further clients", async () => {
  machine = new Machine();
  const { core } = machine;
  const root = core.addRootDevice("dsp");
  const sof = await SofDevice.probe(root, {
    platformModule: machine.module("glue"),
    ops: new QuietDsp(),
    card: "quiet",
  });
  const names = sof.clients.names();
  expect(names).toEqual(["msg_injector.0", "ipc_flood.1", "ipc_flood.0"]);
  const released: string[] = [];
  await sof.registerClient("extra", 0, { release: () => void released.push("first") });
  machine.since();
  await expect(sof.registerClient("extra", 0, { release: () => void released.push("second") })).rejects.toMatchObject({
    code: "EEXIST",
  });
  expect(machine.since()).toContain("error: failed to add client dev extra.0");
  expect(released).toEqual(["second"]);
  expect(sof.clients.names()).toEqual(["extra.0", ...names]);
  await sof.unregisterClient("nobody", 7);

  const nested = defineAuxiliaryDriver({
    name: "nested",
    idTable: [{ name: "snd_sof.outer" }],
    probe: () => sof.registerClient("inner", 0),
    remove: () => undefined,
  });
  await core.auxiliary.register(nested, { module: "test" });
  await sof.registerClient("outer", 0);
  expect(sof.clients.names().slice(0, 2)).toEqual(["outer.0", "inner.0"]);
  await sof.unregisterClient("outer", 0);
  await sof.unregisterClient("inner", 0);
  await sof.unregisterClient("extra", 0);
  expect(released).toEqual(["second", "first"]);
  await sof.remove();
  await core.auxiliary.unregister("test.nested");
  await root.destroy();
});

test("36: a state handler that unregisters itself is told that it would wait for itself", async () => {
  machine = await Machine.booted();
  const errors: string[] = [];
  await machine.run(machine.core.auxiliary.unbind("snd_sof_ipc_msg_injector", "snd_sof.msg_injector.0"));
  const careless = defineAuxiliaryDriver({
    name: "careless",
    idTable: [{ name: "snd_sof.msg_injector", contract: "^1.0.0" }],
    probe(device) {
      const client = device.shared;
      client.registerFwStateHandler(() => {
        try {
          client.unregisterFwStateHandler();
        } catch (error) {
          errors.push(code(error));
        }
      });
    },
    remove: (device) => device.shared.unregisterFwStateHandler(),
  });
  await machine.run(machine.core.auxiliary.register(careless, { module: "test" }));
  await machine.run(machine.core.power.suspend());
  await machine.run(machine.core.power.resume());
  expect(errors).toEqual(["EDEADLK", "EDEADLK"]);
  await machine.run(machine.core.auxiliary.unregister("test.careless"));
});
