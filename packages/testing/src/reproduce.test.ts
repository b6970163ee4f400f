import { describe, expect, test } from "vitest";
import { reproduce } from "./reproduce.ts";
import { parseScenario } from "./scenario.ts";
import { runScenario } from "./scenario-runner.ts";
import type { Schedule } from "./virtual-runtime.ts";

const DEVICES = ["parent p0", ...[0, 1, 2].map((id) => `device d${id} parent=p0 name=fn id=${id}`)].join("\n");
const ADDED = [0, 1, 2].map((id) => `init d${id}\nadd d${id} modname=core`).join("\n");
const ASYNC = `${DEVICES}\n${ADDED}\ndriver a modname=ma ids=core.fn async devm=1 pm\nregister a\nunregister a\nsettle\nlog quiet\n`;
const DEFERRED = `${DEVICES}\ndriver a modname=ma ids=core.fn probe=EPROBE_DEFER,EPROBE_DEFER,0\nregister a\n${ADDED}\nsettle\nlog quiet\n`;
const TOGETHER = `${DEVICES}\n${ADDED}\ndriver a modname=ma ids=core.fn\nbg register a\nbg delete d0\nbind ma core.fn.2\nsettle\nlog quiet\n`;
const PLAIN = `${DEVICES}\n${ADDED}\ndriver a modname=ma ids=core.fn\nregister a\nunregister a\n`;

describe.each(Object.entries({ ASYNC, DEFERRED, TOGETHER }))("%s", (_, text) => {
  const scenario = parseScenario(text);

  test("whatever the schedule was, its trace is found", async () => {
    const traces = new Set<string>();
    for (let seed = 1; seed <= 40; seed++) {
      const trace = (await runScenario(scenario, { deferral: randomSchedule(seed) })).join("\n");
      traces.add(trace);
      const { equal, actual, expected } = await reproduce(scenario, trace);
      expect(actual).toEqual(expected);
      expect(equal).toBe(true);
    }
    // Or the schedules would say nothing.
    expect(traces.size).toBeGreaterThan(2);
  });

  test("what no schedule gives is not found", async () => {
    const lines = await runScenario(scenario);
    const quiet = [...lines.filter((line) => line !== "quiet")];
    expect((await reproduce(scenario, ["quiet", ...quiet].join("\n"))).equal).toBe(false);
    expect((await reproduce(scenario, lines.slice(0, -1).join("\n"))).equal).toBe(false);
    expect((await reproduce(scenario, [...lines, lines.at(-1)].join("\n"))).equal).toBe(false);
    const probed = lines.findIndex((line) => line.startsWith("probed "));
    const swapped = lines.toSpliced(probed - 1, 2, lines[probed] ?? "", lines[probed - 1] ?? "");
    expect((await reproduce(scenario, swapped.join("\n"))).equal).toBe(false);
  });
});

test("without work beside the commands there is one trace", async () => {
  const scenario = parseScenario(PLAIN);
  const lines = await runScenario(scenario);
  expect(await runScenario(scenario, { deferral: randomSchedule(3) })).toEqual(lines);
  expect(await reproduce(scenario, lines.join("\n"))).toEqual({ equal: true, expected: lines, actual: lines });
  const [first = "", second = "", ...others] = lines;
  const { equal, actual } = await reproduce(scenario, [second, first, ...others].join("\n"));
  expect(equal).toBe(false);
  expect(actual).toEqual(lines);
});

test("the kernel's log and the frame do not count", async () => {
  const scenario = parseScenario("parent p0\ndevice d0 parent=p0 name=fn id=0\ninit d0\nadd d0\n");
  const recorded = [
    "=== BEGIN x",
    "uevent add /devices/p0",
    "parent p0 -> 0",
    "init d0 -> 0",
    "sysfs: cannot create duplicate filename '/devices/p0/core.fn.1'",
    "kobject: kobject_add_internal failed",
    "auxiliary core.fn.1: adding auxiliary device failed!: -17",
    "WARNING: drivers/base/auxiliary.c:355",
    "Error: Driver 'm1.dup' is already registered, aborting...",
    "BUG: kernel NULL pointer dereference",
    "Oops: Oops: 0000 [#1] SMP NOPTI",
    "add d0 -> -EINVAL",
    "=== END x",
    "",
  ];
  expect((await reproduce(scenario, recorded.join("\n"))).equal).toBe(true);
});

test("another system may say a line otherwise", async () => {
  const scenario = parseScenario("parent p0\n");
  const translate = (line: string): string => line.replace("parent p0 -> 0", "parent p0 -> fine");
  const recorded = "uevent add /devices/p0\nparent p0 -> fine";
  expect((await reproduce(scenario, recorded)).equal).toBe(false);
  expect((await reproduce(scenario, recorded, { translate })).equal).toBe(true);
});

test("it gives up, and has the nearest", async () => {
  const scenario = parseScenario(ASYNC);
  const lines = await runScenario(scenario);
  const impossible = [...lines.slice(0, -1), "louder"].join("\n");
  const { equal, actual } = await reproduce(scenario, impossible, { most: 1 });
  expect(equal).toBe(false);
  expect(actual).toEqual(lines);
});

test("a command that never finishes is an error of the scenario", async () => {
  const scenario = parseScenario(
    "driver a modname=ma ids=core.fn block\nparent p0\ndevice d parent=p0 name=fn\ninit d\nadd d modname=core\nregister a\n",
  );
  await expect(reproduce(scenario, "")).rejects.toThrow(/register a never finishes/);
});

function randomSchedule(seed: number): Schedule {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  return {
    next: (waiting, needed) => (needed ? random(waiting) : random(3) === 0 ? random(waiting) : -1),
    pause: () => random(12) === 0,
  };
}
