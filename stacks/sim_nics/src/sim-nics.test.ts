import { DriverCore, Module, type ModuleContext, type ModuleParams } from "auxbus";
import { Control } from "@auxbus/control";
import { NetDevices } from "@auxbus/netdev";
import { PciBus } from "@auxbus/pci";
import { VirtualRuntime } from "@auxbus/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { exit, init } from "./index.ts";

let runtime: VirtualRuntime;
let core: DriverCore;

const context = (params: ModuleParams = {}): ModuleContext => ({ core, module: new Module("sim_nics"), params });

function plugged(): string[] {
  return [...PciBus.of(core).devices()].map(({ name }) => name);
}

beforeEach(() => {
  runtime = new VirtualRuntime();
  core = new DriverCore({ runtime });
});

test("parameters say how many cards there are; all go with the module", async () => {
  await init(context());
  expect(plugged()).toEqual(["0000:08:00.0", "0000:08:00.1", "0000:3b:00.0", "0000:18:00.0"]);
  await exit(context());
  expect(plugged()).toEqual([]);
  await init(context({ connectx: 0, e810: 2, x710: 0, e2100: 1 }));
  expect(plugged()).toEqual(["0000:3b:00.0", "0000:3b:00.1", "0000:5e:00.0"]);
  await exit(context());
  expect(Control.of(core).verbs()).toEqual([]);
});

test("cards that do not fit into their slots leave none", async () => {
  await PciBus.of(core).plug({ address: "0000:18:00.0", vendor: 1, device: 1, class: 0, hardware: null });
  await expect(init(context())).rejects.toMatchObject({ code: "EEXIST" });
  expect(plugged()).toEqual(["0000:18:00.0"]);
  expect(Control.of(core).verbs()).toEqual([]);
  await exit(context());
});

test("network devices that appear are brought up with the first address that is free", async () => {
  await init(context({ life: 100 }));
  const netdevs = NetDevices.of(core);
  const parent = core.addRootDevice("nic");
  const [a, b] = await Promise.all(
    [0, 1].map((n) =>
      netdevs.register({ name: "eth%d", parent, mac: `02:00:00:00:00:0${n}`, ops: { xmit: () => false } }),
    ),
  );
  await runtime.runUntilIdle();
  expect(netdevs.list().map(({ up, addresses }) => [up, ...addresses])).toEqual([
    [true, "10.0.0.1"],
    [true, "10.0.0.2"],
  ]);
  // Nobody answers, which somebody who lives here only grumbles about.
  a?.setCarrier(true);
  b?.setCarrier(true);
  const said: string[] = [];
  core.log.subscribe(({ message }) => void said.push(message));
  await runtime.advance(5000);
  expect(said).toContain("sim_nics: EHOSTUNREACH: nobody at eth0 answers for 10.0.0.2");
  const gone = exit(context());
  await runtime.advance(5000);
  await gone;
  expect(runtime.timers).toBe(0);
});

describe("knobs", () => {
  const run = (name: string, args: Record<string, string> = {}): Promise<unknown> =>
    Control.of(core).run(name, args, { signal: new AbortController().signal, report: () => undefined });

  test("are shown and turned by command", async () => {
    await init(context());
    expect(await run("sim show", { dev: "0000:08:00.0" })).toContainEqual({ knob: "state", value: "off" });
    expect(await run("sim show", { dev: "0000:3b:00.0" })).toContainEqual({
      knob: "dcb_classes",
      value: "(write only)",
    });
    await run("sim set", { dev: "0000:08:00.0", knob: "fail_command", value: "INIT_HCA 2" });
    expect(await run("sim show", { dev: "0000:08:00.0" })).toContainEqual({
      knob: "fail_command",
      value: "INIT_HCA 2",
    });
    await run("sim set", { dev: "0000:3b:00.0", knob: "fail_stage", value: "hmc" });
    expect(await run("sim show", { dev: "0000:3b:00.0" })).toContainEqual({ knob: "fail_stage", value: "hmc 1" });
    for (const [dev, knob, value, code] of [
      ["0000:08:00.0", "fail_command", "EXPLODE", "EINVAL"],
      ["0000:08:00.0", "cable", "loose", "EINVAL"],
      ["0000:08:00.0", "nothing", "1", "ENOENT"],
      ["0000:3b:00.0", "fail_stage", "first", "EINVAL"],
      ["../../..", "cable", "1", "ENODEV"],
    ] as const) {
      await expect(run("sim set", { dev, knob, value }), `${knob} ${value}`).rejects.toMatchObject({ code });
    }
    await exit(context());
  });
});
