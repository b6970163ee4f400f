import { Module } from "auxbus";
import { Debugfs } from "@auxbus/debugfs";
import { afterEach, describe, expect, test } from "vitest";
import { CLIENTS, GLUE, Machine } from "./machine.ts";

/** What udev's rules say: the module whose alias table has the modalias of a new device is loaded. */
const ALIASES: Readonly<Record<string, (typeof CLIENTS)[number]>> = {
  "auxiliary:snd_sof.ipc_flood": "snd_sof_ipc_flood_test",
  "auxiliary:snd_sof.msg_injector": "snd_sof_ipc_msg_injector",
  "auxiliary:snd_sof.hda-probes": "snd_sof_probes",
};

let machine: Machine;

afterEach(() => machine.end());

describe("21: SOF boot", () => {
  test("firmware, card and clients come in this order; client modules are loaded by alias; probes are off", async () => {
    machine = new Machine();
    const wanted: (typeof CLIENTS)[number][] = [];
    machine.core.uevents.subscribe(({ action, env }) => {
      const module = ALIASES[env["MODALIAS"] ?? ""];
      if (action === "add" && module !== undefined && !wanted.includes(module)) wanted.push(module);
    });
    const order: string[] = [];
    const cards = (): string =>
      machine.sound
        .cards()
        .map(({ name }) => name)
        .join() || "no card";
    machine.core.log.subscribe(({ message }) => {
      if (message.endsWith("fw_state change: 5 -> 6")) order.push(`COMPLETE, ${cards()}`);
    });
    machine.core.auxiliary.subscribe((event, device) => {
      if (event === "add-device") order.push(`${device.name}, ${cards()}`);
    });
    await machine.load(GLUE);
    machine.since();
    await machine.plug();

    expect(machine.fwStates).toEqual(["NOT_STARTED", "PREPARE", "IN_PROGRESS", "READY_OK", "COMPLETE"]);
    expect(order).toEqual([
      "COMPLETE, no card",
      "snd_sof.ipc_flood.0, sof-hda-dsp",
      "snd_sof.ipc_flood.1, sof-hda-dsp",
      "snd_sof.msg_injector.0, sof-hda-dsp",
      "snd_sof.hda-probes.0, sof-hda-dsp",
    ]);
    expect(machine.since()).toEqual([
      "add pci0000:00",
      "add 0000:00:1f.3",
      "add snd_sof.ipc_flood.0",
      "add snd_sof.ipc_flood.1",
      "add snd_sof.msg_injector.0",
      "add snd_sof.hda-probes.0",
      "bind 0000:00:1f.3",
    ]);

    expect(wanted).toEqual(["snd_sof_ipc_flood_test", "snd_sof_ipc_msg_injector", "snd_sof_probes"]);
    for (const module of wanted) await machine.load(module);
    expect(machine.bound("ipc_flood.0")).toBe("snd_sof_ipc_flood_test");
    expect(machine.bound("ipc_flood.1")).toBe("snd_sof_ipc_flood_test");
    expect(machine.bound("msg_injector.0")).toBe("snd_sof_ipc_msg_injector");

    expect(machine.bound("hda-probes.0"), "probes are off by default").toBeUndefined();
    expect(machine.core.explain(machine.client("hda-probes.0")).drivers[0]).toMatchObject({
      verdict: "failed",
      code: "ENXIO",
    });
    expect(machine.since().filter((line) => line.includes(": "))).toEqual([]);
    expect(machine.pci.driver?.name, "the core does not mind").toBe("sof-audio-pci-intel-tgl");
    expect(machine.core.sysfs.read("bus/auxiliary/devices/snd_sof.ipc_flood.0/uevent")).toContain(
      "MODALIAS=auxiliary:snd_sof.ipc_flood",
    );
  });

  test.each([
    [["glue", "clients", "card"]],
    [["clients", "glue", "card"]],
    [["glue", "card", "clients"]],
    [["clients", "card", "glue"]],
    [["card", "glue", "clients"]],
    [["card", "clients", "glue"]],
  ])("%j in this order come to the same end", async (order) => {
    machine = new Machine();
    const steps: Record<string, () => Promise<unknown>> = {
      glue: () => machine.load(GLUE),
      card: () => machine.plug(),
      clients: async () => {
        for (const name of CLIENTS.toReversed()) await machine.load(name, { enable: true });
      },
    };
    for (const step of order) await steps[step]?.();
    expect([...machine.core.auxiliary.devices()].map((device) => `${device.name} ${device.driver?.name}`)).toEqual([
      "snd_sof.ipc_flood.0 snd_sof_ipc_flood_test",
      "snd_sof.ipc_flood.1 snd_sof_ipc_flood_test",
      "snd_sof.msg_injector.0 snd_sof_ipc_msg_injector",
      "snd_sof.hda-probes.0 snd_sof_probes",
    ]);
    expect(Debugfs.of(machine.core).list("sof")).toEqual([
      "ipc_flood_count",
      "ipc_flood_duration_ms",
      "ipc_msg_inject",
      "probe_points",
      "probe_points_remove",
      "snd_sof.ipc_flood.0",
      "snd_sof.ipc_flood.1",
    ]);
  });

  test.each([
    ["failLoads", ["NOT_STARTED", "PREPARE", "FAILED", "NOT_STARTED"], "failed to load DSP firmware"],
    ["failBoots", ["NOT_STARTED", "PREPARE", "IN_PROGRESS", "FAILED", "NOT_STARTED"], "failed to boot DSP firmware"],
    [
      "badReadies",
      ["NOT_STARTED", "PREPARE", "IN_PROGRESS", "READY_FAILED", "FAILED", "NOT_STARTED"],
      "failed to boot DSP firmware",
    ],
  ] as const)(
    "a boot that fails (%s) leaves nothing behind; binding again boots again",
    async (fault, states, text) => {
      machine = new Machine();
      await machine.plug();
      machine.dsp.faults[fault] = 1;
      machine.since();
      await machine.load(GLUE);
      expect(machine.fwStates).toEqual(states);
      expect(machine.since()).toEqual([
        `error: 0000:00:1f.3: error: ${text}`,
        "error: 0000:00:1f.3: probe with driver sof-audio-pci-intel-tgl failed with error EIO",
        "add sof-audio-pci-intel-tgl",
      ]);
      expect(machine.pci.driver).toBeNull();
      expect(machine.dsp.state).toBe("off");
      expect(machine.debugfs.list("")).toEqual([]);
      expect(machine.sound.cards()).toEqual([]);
      await machine.bind();
      expect(machine.core.auxiliary.size).toBe(4);
    },
  );

  test("a client that asks for another version of the contract is not bound, and told why", async () => {
    machine = await Machine.booted();
    await machine.unbindClient("snd_sof_ipc_msg_injector", "msg_injector.0");
    let probed = false;
    const late = {
      name: "late",
      idTable: [{ name: "snd_sof.msg_injector", contract: "^2.0.0" }],
      probe: () => {
        probed = true;
      },
    };
    await machine.run(machine.core.auxiliary.register(late, { module: new Module("late") }));
    expect(probed).toBe(false);
    const { drivers } = machine.core.explain(machine.client("msg_injector.0"));
    expect(drivers.find(({ driver }) => driver === "late.late")?.reason).toMatch(
      /1\.0\.0.*\^2\.0\.0|\^2\.0\.0.*1\.0\.0/,
    );
  });

  test("one to 32 flood clients", async () => {
    machine = await Machine.booted({}, {}, { flood_clients: 3 });
    expect(machine.core.auxiliary.size).toBe(5);
    await machine.unbind();
    await machine.unload(GLUE);
    await machine.load(GLUE, { flood_clients: 99 });
    expect(machine.core.auxiliary.size).toBe(34);
    await machine.unload(GLUE);
    await machine.load(GLUE, { flood_clients: 0 });
    expect(machine.core.auxiliary.size).toBe(3);
  });
});
