import { BusError } from "auxbus";
import { PciBus } from "@auxbus/pci";
import { Random } from "@auxbus/sim_sof_dsp";
import { expect, test } from "vitest";
import { Machine } from "./machine.ts";

const CLIENTS = ["snd_sof_ipc_flood_test", "snd_sof_ipc_msg_injector", "snd_sof_probes"] as const;
const GLUE = "sof-audio-pci-intel-tgl";
const ADDRESS = "0000:00:1f.3";

/** One thing that a user, an operator or the hardware may do at any time. */
async function step(machine: Machine, random: Random): Promise<void> {
  const pick = <T>(items: readonly [T, ...T[]]): T => items[Math.floor(random.next() * items.length)] ?? items[0];
  const { core, dsp, debugfs, runtime } = machine;
  const client = pick(CLIENTS);
  const device = `snd_sof.${pick(["ipc_flood.0", "ipc_flood.1", "msg_injector.0", "hda-probes.0"])}`;
  switch (Math.floor(random.next() * 13)) {
    case 0:
      dsp.faults.dropReplies += 1;
      break;
    case 1:
      dsp.faults.errorReplies += 1;
      dsp.faults.errorCode = pick([-5, -12, -22]);
      break;
    case 2:
      dsp.faults.panicAfter = Math.floor(random.next() * 20);
      break;
    case 3:
      dsp.faults.failBoots += 1;
      break;
    case 4:
      await machine.run(debugfs.write("sof/ipc_flood_count", String(Math.floor(random.next() * 30))));
      break;
    case 5:
      await machine.run(debugfs.write("sof/ipc_msg_inject", new Uint8Array([8, 0, 0, 0, 0, 0, 1, 0xb0])));
      break;
    case 6: {
      const stream = await machine.run(machine.sound.openCapture("sof-probes"));
      try {
        await machine.run(stream.setParams({ fragmentSize: 1024, fragments: 2, sampleRate: 16_000, channels: 1 }));
        await machine.run(debugfs.write("sof/probe_points", "3,0,1"));
      } finally {
        await machine.run(stream.close());
      }
      break;
    }
    case 7:
      await runtime.advance(random.between(1, 6000));
      break;
    case 8:
      await machine.run(core.power.suspend());
      await machine.run(core.power.resume());
      break;
    case 9:
      await machine.run(core.auxiliary.unbind(client, device));
      break;
    case 10:
      await machine.run(core.auxiliary.bind(client, device));
      break;
    case 11:
      await machine.run(PciBus.of(core).unbind(GLUE, ADDRESS));
      break;
    default:
      await machine.run(PciBus.of(core).bind(GLUE, ADDRESS));
  }
}

test.each([1, 2, 3, 4])("nothing leaks under random use and faults, seed %i", async (seed) => {
  const machine = await Machine.booted({ enable: "1" });
  const random = new Random(seed);
  for (let i = 0; i < 400; i++) {
    try {
      await step(machine, random);
    } catch (error) {
      expect(error, `step ${i}`).toBeInstanceOf(BusError);
    }
  }
  Object.assign(machine.dsp.faults, { dropReplies: 0, errorReplies: 0, panicAfter: -1, failBoots: 0 });
  if (machine.pci.driver !== null) await machine.run(PciBus.of(machine.core).unbind(GLUE, ADDRESS));
  await machine.run(PciBus.of(machine.core).bind(GLUE, ADDRESS));
  await machine.write("sof/ipc_flood_count", "10");
  expect(await machine.read("sof/ipc_flood_count")).toMatch(/^IPC Flood count: 10\n/);
  await machine.end();
});

test("P3: every driver of the stack survives remove and probe at every bind", async () => {
  const machine = new Machine({ testDriverRemove: true });
  await machine.load("snd_sof_pci_intel_tgl");
  for (const name of CLIENTS) await machine.load(name, { enable: "1" });
  await machine.plug();
  expect(machine.core.auxiliary.find("snd_sof.hda-probes.0")?.driver?.name).toBe("snd_sof_probes");
  expect(machine.dsp.boots).toBe(2);
  await machine.write("sof/ipc_flood_count", "10");
  await machine.end();
});
