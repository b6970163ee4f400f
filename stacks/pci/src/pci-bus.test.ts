import { DriverCore } from "auxbus";
import { VirtualRuntime } from "@auxbus/testing";
import { beforeEach, expect, test } from "vitest";
import { PciBus, type PciDriver } from "./pci-bus.ts";
import type { PciFunction } from "./pci-device.ts";

const AUDIO: PciFunction = {
  address: "0000:00:1f.3",
  vendor: 0x8086,
  device: 0xa0c8,
  class: 0x040100,
  hardware: "the audio DSP",
};

let core: DriverCore;
let bus: PciBus;
let runtime: VirtualRuntime;
let log: string[];

beforeEach(() => {
  runtime = new VirtualRuntime();
  core = new DriverCore({ runtime });
  bus = PciBus.of(core);
  log = [];
});

function audioDriver(more: Partial<PciDriver> = {}): PciDriver {
  return {
    name: "audio",
    idTable: [
      { vendor: 0x8086, device: 0x9d71, data: "skylake" },
      { vendor: 0x8086, device: 0xa0c8, data: "tiger lake" },
    ],
    probe: (device, id) => void log.push(`probe ${device.name} ${JSON.stringify(id)} ${String(device.hardware)}`),
    remove: (device) => void log.push(`remove ${device.name}`),
    ...more,
  };
}

test("a core has one PCI bus", () => {
  expect(PciBus.of(core)).toBe(bus);
  expect([...core.buses()].filter(({ name }) => name === "pci")).toEqual([bus]);
});

test("a function is matched by vendor and device, whichever comes first", async () => {
  const first = await bus.plug(AUDIO);
  await bus.plug({ ...AUDIO, address: "0000:00:02.0", device: 0x1234 });
  await bus.register(audioDriver(), { module: "audio" });
  await bus.plug({ ...AUDIO, address: "0000:01:00.0", device: 0x9d71, hardware: "another" });
  expect(log).toEqual([
    'probe 0000:00:1f.3 {"vendor":32902,"device":41160,"data":"tiger lake"} the audio DSP',
    'probe 0000:01:00.0 {"vendor":32902,"device":40305,"data":"skylake"} another',
  ]);
  expect(bus.find("0000:00:02.0")?.driver).toBeNull();
  await first.destroy();
  expect(log.at(-1)).toBe("remove 0000:00:1f.3");
  expect(bus.find("0000:00:1f.3")).toBeUndefined();
  await bus.plug(AUDIO);
  expect(log.at(-1), "plugged in again").toMatch(/^probe 0000:00:1f\.3/);
});

test("paths, files and uevents are those of Linux", async () => {
  const device = await bus.plug(AUDIO);
  expect(device.path).toBe("/devices/pci0000:00/0000:00:1f.3");
  const read = (file: string): string => core.sysfs.read(`bus/pci/devices/0000:00:1f.3/${file}`);
  expect(read("vendor")).toBe("0x8086\n");
  expect(read("device")).toBe("0xa0c8\n");
  expect(read("class")).toBe("0x040100\n");
  expect(read("uevent").trim().split("\n")).toEqual([
    "PCI_CLASS=40100",
    "PCI_ID=8086:A0C8",
    "PCI_SLOT_NAME=0000:00:1f.3",
    "MODALIAS=pci:v00008086d0000A0C8sv00000000sd00000000bc04sc01i00",
  ]);
  expect(device.modalias).toBe("pci:v00008086d0000A0C8sv00000000sd00000000bc04sc01i00");
});

test("a host bridge for each bus number, that stays", async () => {
  const a = await bus.plug(AUDIO);
  const b = await bus.plug({ ...AUDIO, address: "0000:00:00.0" });
  const c = await bus.plug({ ...AUDIO, address: "0001:a0:00.7" });
  expect(a.parent).toBe(b.parent);
  expect(c.parent?.name).toBe("pci0001:a0");
  for (const device of [a, b, c]) await device.destroy();
  expect([...core.devices()].map(({ name }) => name)).toEqual(["pci0000:00", "pci0001:a0"]);
  const again = await bus.plug(AUDIO);
  expect(again.parent).toBe(a.parent);
});

test.each(["0000:00:20.0", "0000:00:1f.8", "00:1f.3", "0000:00:1F.3", ""])("%j is no address", async (address) => {
  await expect(bus.plug({ ...AUDIO, address })).rejects.toMatchObject({ code: "EINVAL" });
});

test("a slot takes one function", async () => {
  await bus.plug(AUDIO);
  await expect(bus.plug(AUDIO)).rejects.toMatchObject({ code: "EEXIST" });
});

test("a second driver of a name is refused, and the first keeps its id table", async () => {
  await bus.register(audioDriver(), { module: "audio" });
  await expect(bus.register(audioDriver({ idTable: [] }), { module: "other" })).rejects.toMatchObject({
    code: "EBUSY",
  });
  expect((await bus.plug(AUDIO)).driver?.name).toBe("audio");
});

test("a device that sleeps is woken before a system suspend, and not while its driver is removed", async () => {
  await bus.register(
    audioDriver({
      probe({ runtimePm }) {
        runtimePm.setActive();
        runtimePm.enable();
      },
      async remove({ runtimePm }) {
        log.push(`remove, used by ${runtimePm.usageCount}`);
        await runtimePm.disable();
      },
      pm: {
        runtimeSuspend: () => void log.push("runtime suspend"),
        runtimeResume: () => void log.push("runtime resume"),
        suspend: () => void log.push("suspend"),
        resume: () => void log.push("resume"),
      },
    }),
    { module: "audio" },
  );
  const device = await bus.plug(AUDIO);
  await device.runtimePm.suspend();
  await core.power.suspend();
  expect(log).toEqual(["runtime suspend", "runtime resume", "suspend"]);
  await core.power.resume();
  await runtime.runUntilIdle();
  expect(log.slice(3)).toEqual(["resume", "runtime suspend"]);
  log = [];
  await device.destroy();
  expect(log.at(-1)).toBe("remove, used by 1");
});
