import { DriverCore, Module, type ModuleContext, type ModuleParams } from "auxbus";
import { Debugfs } from "@auxbus/debugfs";
import { PciBus } from "@auxbus/pci";
import { VirtualRuntime } from "@auxbus/testing";
import { beforeEach, expect, test } from "vitest";
import { exit, init } from "./index.ts";

const SLOT = "bus/pci/devices/0000:00:1f.3";

let runtime: VirtualRuntime;
let core: DriverCore;

const context = (params: ModuleParams = {}): ModuleContext => ({ core, module: new Module("sim_tgl_machine"), params });

beforeEach(() => {
  runtime = new VirtualRuntime();
  core = new DriverCore({ runtime });
});

test("parameters make the DSP, and are written to its knobs", async () => {
  await init(context({ streams: 2, latency: "5 6", fail_boots: 3, error_code: -5 }));
  const knob = (name: string): string => core.sysfs.read(`${SLOT}/simulated/${name}`).trim();
  expect(["free_streams", "latency", "fail_boots", "error_code", "state"].map(knob)).toEqual([
    "2",
    "5 6",
    "3",
    "-5",
    "off",
  ]);
  await exit(context());
  expect(core.sysfs.exists(SLOT)).toBe(false);
});

test.each<[ModuleParams, RegExp]>([
  [{ speed: "1" }, /no parameter speed; there are life.*latency/],
  [{ panic: "1" }, /no parameter panic/],
  [{ latency: "fast" }, /"fast" is nothing that latency could be/],
])("%j is refused, and nothing is plugged in", async (params, message) => {
  await expect(init(context(params))).rejects.toThrow(message);
  expect([...PciBus.of(core).devices()]).toEqual([]);
  await exit(context());
});

test("somebody uses it: two floods, then it is unplugged and plugged in again, until the module goes", async () => {
  const log: string[] = [];
  const debugfs = Debugfs.of(core);
  debugfs.createFile("ipc_flood_count", debugfs.createDir("sof"), {
    read: () => "IPC Flood count: 100\nand more\n",
    write: (data) => data.byteLength,
  });
  core.log.subscribe(({ level, message }) => void log.push(`${level}: ${message}`));
  core.uevents.subscribe(({ action, devpath }) => void log.push(`${action} ${devpath.split("/").at(-1)}`));
  await init(context({ life: 1000 }));
  log.splice(0);
  await runtime.advance(8000);
  const round = [
    "info: sof: IPC Flood count: 100, and more",
    "info: sof: IPC Flood count: 100, and more",
    "remove 0000:00:1f.3",
    "add 0000:00:1f.3",
  ];
  expect(log.splice(0)).toEqual([...round, ...round]);
  await exit(context());
  expect(log.splice(0)).toEqual(["remove 0000:00:1f.3"]);
  await runtime.advance(10_000);
  expect(log).toEqual([]);
  expect(runtime.timers).toBe(0);
});
