import process from "node:process";
import { BusError } from "auxbus";
import { PciBus } from "@auxbus/pci";
import { type Latency, Random } from "@auxbus/sim_sof_dsp";
import { describe, expect, test } from "vitest";
import { CLIENTS, GLUE, Machine, PCI_ADDRESS, PCI_DRIVER } from "./machine.ts";

const DEVICES = ["ipc_flood.0", "ipc_flood.1", "msg_injector.0", "hda-probes.0"] as const;
const PAIRS = [
  [CLIENTS[0], "snd_sof.ipc_flood.0"],
  [CLIENTS[0], "snd_sof.ipc_flood.1"],
  [CLIENTS[1], "snd_sof.msg_injector.0"],
  [CLIENTS[2], "snd_sof.hda-probes.0"],
] as const;
const MESSAGE = new Uint8Array([8, 0, 0, 0, 0, 0, 1, 0xb0]);
const PARAMS = { fragmentSize: 1024, fragments: 2, sampleRate: 16_000, channels: 1 };

/** 10,000 steps in all, with four seeds of the first and six of the second; fewer where drivers are in workers. */
const ISOLATED = process.env["AUXBUS_TEST_ISOLATION"] !== undefined;
const SEQUENTIAL_STEPS = ISOLATED ? 200 : 700;
const PARALLEL_STEPS = ISOLATED ? 300 : 1200;

type Pick = <T>(items: readonly T[]) => T;

function picker(random: Random): Pick {
  return (items) => {
    const item = items[Math.floor(random.next() * items.length)];
    if (item === undefined) throw new Error("there is nothing to pick from");
    return item;
  };
}

/** What the hardware may do at any time. */
function turnKnob({ dsp }: Machine, random: Random, pick: Pick): void {
  switch (Math.floor(random.next() * 8)) {
    case 0:
      dsp.faults.dropReplies += 1;
      break;
    case 1:
      dsp.faults.errorReplies += 1;
      dsp.faults.errorCode = pick([-5, -12, -16, -22]);
      break;
    case 2:
      dsp.faults.panicAfter = Math.floor(random.next() * 20);
      break;
    case 3:
      dsp.faults[pick(["failBoots", "failLoads", "badReadies"] as const)] += 1;
      break;
    case 4:
      dsp.faults.noStreams = !dsp.faults.noStreams;
      break;
    case 5:
      dsp.latency = pick<Latency>([[0.02, 0.2], [0.5, 30], () => random.between(0, 550)]);
      break;
    case 6:
      dsp.panic();
      break;
    default:
      dsp.notify(MESSAGE);
  }
}

/** What a user or an operator may do at any time. */
async function act(machine: Machine, random: Random, pick: Pick): Promise<void> {
  const { core, debugfs, runtime, sound } = machine;
  const [driver, device] = pick(PAIRS);
  switch (Math.floor(random.next() * 10)) {
    case 0:
      await debugfs.write(
        pick(["sof/ipc_flood_count", "sof/ipc_flood_duration_ms"]),
        String(Math.floor(random.next() * 30)),
      );
      break;
    case 1:
      await debugfs.write("sof/ipc_msg_inject", MESSAGE);
      break;
    case 2: {
      const stream = await sound.openCapture("sof-probes");
      try {
        await stream.setParams(PARAMS);
        await stream.start();
        await debugfs.write("sof/probe_points", "3,0,1,4,0,1");
        await new Promise<void>((resolve) => runtime.setTimer(resolve, random.between(0, 8000)));
      } finally {
        await stream.close();
      }
      break;
    }
    case 3: {
      const handle = await debugfs.open(pick(["sof/ipc_flood_count", "sof/probe_points", "sof/ipc_msg_inject"]));
      try {
        await new Promise<void>((resolve) => runtime.setTimer(resolve, random.between(0, 8000)));
        await handle.read();
      } finally {
        await handle.close();
      }
      break;
    }
    case 4:
      await core.power.suspend();
      await new Promise<void>((resolve) => runtime.setTimer(resolve, random.between(0, 3000)));
      await core.power.resume();
      break;
    case 5:
      await core.auxiliary.unbind(driver, device);
      break;
    case 6:
      await core.auxiliary.bind(driver, device);
      break;
    case 7:
      await PciBus.of(core).unbind(PCI_DRIVER, PCI_ADDRESS);
      break;
    default:
      await PciBus.of(core).bind(PCI_DRIVER, PCI_ADDRESS);
  }
}

/** After all that, a machine without faults works as on its first day. */
async function expectWell(machine: Machine): Promise<void> {
  Object.assign(machine.dsp.faults, {
    dropReplies: 0,
    errorReplies: 0,
    panicAfter: -1,
    failBoots: 0,
    failLoads: 0,
    badReadies: 0,
    noStreams: false,
  });
  machine.dsp.latency = [0.02, 0.2];
  if (machine.core.power.suspended) await machine.run(machine.core.power.resume());
  if (machine.pci.driver !== null) await machine.unbind();
  await machine.bind();
  expect(DEVICES.map((name) => machine.bound(name))).toEqual([CLIENTS[0], CLIENTS[0], CLIENTS[1], CLIENTS[2]]);
  await machine.write("sof/ipc_flood_count", "10");
  expect(await machine.read("sof/ipc_flood_count")).toMatch(/^IPC Flood count: 10\n/);
  await machine.runtime.advance(6000);
  expect(machine.dsp.state).toBe("off");
  await machine.end();
}

describe("soak", () => {
  test.each([1, 2, 3, 4])("one thing after the other, with faults, seed %i", async (seed) => {
    const machine = await Machine.booted({ enable: true });
    const random = new Random(seed);
    const pick = picker(random);
    for (let i = 0; i < SEQUENTIAL_STEPS; i++) {
      if (random.next() < 0.3) turnKnob(machine, random, pick);
      else {
        await machine.run(act(machine, random, pick)).catch((error: unknown) => {
          expect(error, `step ${i}`).toBeInstanceOf(BusError);
        });
      }
      if (random.next() < 0.2) await machine.runtime.advance(random.between(1, 6000));
    }
    await expectWell(machine);
  });

  test.each([11, 12, 13, 14, 15, 16])("all at the same time, with faults, seed %i", async (seed) => {
    const machine = await Machine.booted({ enable: true });
    const random = new Random(seed);
    const pick = picker(random);
    const going = new Set<Promise<void>>();
    for (let i = 0; i < PARALLEL_STEPS; i++) {
      if (random.next() < 0.3) turnKnob(machine, random, pick);
      else {
        const action: Promise<void> = act(machine, random, pick)
          .catch((error: unknown) => expect(error, `step ${i}`).toBeInstanceOf(BusError))
          .finally(() => going.delete(action));
        going.add(action);
      }
      await machine.runtime.advance(random.next() < 0.2 ? random.between(1, 6000) : random.between(0, 2));
    }
    await machine.run(Promise.all(going), 1_000_000);
    await expectWell(machine);
  });

  test("P3: every driver of the stack survives remove and probe at every bind", async () => {
    const machine = new Machine({ testDriverRemove: true });
    await machine.load(GLUE);
    for (const name of CLIENTS) await machine.load(name, { enable: true });
    await machine.plug();
    expect(machine.bound("hda-probes.0")).toBe("snd_sof_probes");
    expect(machine.dsp.boots).toBe(2);
    await machine.write("sof/ipc_flood_count", "10");
    await machine.end();
  });
});
