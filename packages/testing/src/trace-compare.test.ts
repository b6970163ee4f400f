import { describe, expect, test } from "vitest";
import { parseScenario } from "./scenario.ts";
import { compareTraces, comparisonMode } from "./trace-compare.ts";

const SETUP =
  "parent p0\ndevice d0 parent=p0 name=fn id=0\ndevice d1 parent=p0 name=fn id=1\ndriver a modname=ma ids=core.fn";
const plain = parseScenario(`${SETUP}\ninit d0\nadd d0 modname=core\ninit d1\nadd d1 modname=core\nregister a`);
const concurrent = parseScenario(
  `${SETUP} async\ninit d0\nadd d0 modname=core\ninit d1\nadd d1 modname=core\nregister a\nbg delete d0\nbg uninit d0`,
);

describe("comparisonMode", () => {
  test("is line by line while nothing runs beside the commands", () => {
    expect(comparisonMode(plain)).toBe("lines");
  });

  test.each([
    "driver b modname=mb probe=0,EPROBE_DEFER",
    "driver b modname=mb async",
    "bg register a",
    "devlink d0 d1",
  ])("is per device with %j", (line) => {
    expect(comparisonMode(parseScenario(`${SETUP}\n${line}`))).toBe("devices");
  });
});

describe("compareTraces", () => {
  test("leaves out the kernel's log and the frame", () => {
    const recorded = [
      "=== BEGIN x",
      "init d0 -> 0",
      "sysfs: cannot create duplicate filename '/devices/p0/core.fn.1'",
      "kobject: kobject_add_internal failed",
      "auxiliary core.fn.1: adding auxiliary device failed!: -17",
      "WARNING: drivers/base/auxiliary.c:355",
      "Error: Driver 'm1.dup' is already registered, aborting...",
      "BUG: kernel NULL pointer dereference",
      "Oops: Oops: 0000 [#1] SMP NOPTI",
      "add d0 -> -EEXIST",
      "=== END x",
      "",
    ];
    expect(compareTraces(plain, recorded.join("\n"), ["init d0 -> 0", "add d0 -> -EEXIST"]).equal).toBe(true);
  });

  test("line by line, order counts", () => {
    const { equal, differences } = compareTraces(plain, "init d0 -> 0\nrelease d0", ["release d0", "init d0 -> 0"]);
    expect(equal).toBe(false);
    expect(differences.map(({ subject }) => subject)).toEqual(["trace"]);
  });

  test("per device, only the order of each device's own lines counts", () => {
    const lines = [
      "register a -> 0",
      "probe a core.fn.0 id=core.fn data=0",
      "probed a core.fn.0 -> -EIO",
      "devres 1",
      "probe a core.fn.1 id=core.fn data=0",
      "probed a core.fn.1 -> -EIO",
      "devres 1",
      "delete d0",
      "release d0",
      "uninit d0",
    ];
    const [
      register = "",
      p0 = "",
      q0 = "",
      r0 = "",
      p1 = "",
      q1 = "",
      r1 = "",
      deleted = "",
      release = "",
      uninit = "",
    ] = lines;
    const other = [p1, q1, r1, uninit, p0, q0, r0, release, register, deleted];
    expect(compareTraces(concurrent, lines.join("\n"), other)).toEqual({
      mode: "devices",
      equal: true,
      differences: [],
    });
    const swapped = [register, q0, p0, r0, p1, q1, r1, deleted, release, uninit];
    expect(compareTraces(concurrent, lines.join("\n"), swapped).differences.map(({ subject }) => subject)).toEqual([
      "core.fn.0",
    ]);
  });

  test("per device, managed actions and releases belong to their device", () => {
    const recorded = "remove a core.fn.0 drvdata=set\ndevres 1\nremove a core.fn.1 drvdata=set\nrelease d1";
    const other = ["remove a core.fn.0 drvdata=set", "remove a core.fn.1 drvdata=set", "devres 1", "release d1"];
    const { differences } = compareTraces(concurrent, recorded, other);
    expect(differences.map(({ subject }) => subject)).toEqual(["core.fn.0", "core.fn.1"]);
  });

  test("per device, what happened before a line that says that all is at rest must not come after it", () => {
    const scenario = parseScenario(`${SETUP} probe=EPROBE_DEFER\nregister a\nsettle\nlog at rest\nlog go on`);
    const probe = "probe a core.fn.0 id=core.fn data=0";
    const recorded = ["register a -> 0", probe, "at rest", "go on"].join("\n");
    expect(compareTraces(scenario, recorded, [probe, "register a -> 0", "at rest", "go on"]).equal).toBe(true);
    const late = compareTraces(scenario, recorded, ["register a -> 0", "at rest", "go on", probe]);
    expect(late.differences.map(({ subject }) => subject)).toEqual(["core.fn.0", 'core.fn.0, after "at rest"']);
  });

  test("per device, a runtime suspend that fails may be tried more than once", () => {
    const fails = "pm_runtime_suspend a core.fn.0 -> -EBUSY";
    expect(compareTraces(concurrent, `${fails}\n${fails}`, [fails]).equal).toBe(true);
    const works = "pm_runtime_suspend a core.fn.0 -> 0";
    expect(compareTraces(concurrent, `${works}\n${works}`, [works]).equal).toBe(false);
    expect(compareTraces(concurrent, `${fails}\n${works}`, [works]).equal).toBe(false);
  });

  test("what commands do is done one after the other, whichever device it is about", () => {
    const scenario = parseScenario(
      `${SETUP} pm\ninit d0\ninit d1\nadd d0 modname=core\nadd d1 modname=core\ndevlink d0 d1`,
    );
    const [one, other] = ["pm_suspend a core.fn.0 -> 0", "pm_suspend a core.fn.1 -> 0"] as const;
    expect(compareTraces(scenario, `${one}\n${other}`, [other, one]).equal).toBe(false);
    expect(compareTraces(concurrent, `${one}\n${other}`, [other, one]).equal).toBe(true);
    // Suspended in the order in which they were bound, and that was chance.
    const [first, second] = ["probed a core.fn.0 -> 0", "probed a core.fn.1 -> 0"] as const;
    expect(compareTraces(scenario, [first, second, one, other].join("\n"), [second, first, other, one]).equal).toBe(
      true,
    );
  });

  test("per device, results of commands count, in order where they were waited for", () => {
    const { differences } = compareTraces(concurrent, "init d0 -> 0\nadd d0 -> 0\ndelete d0", [
      "add d0 -> 0",
      "init d0 -> 0",
      "delete d0 -> -ENODEV",
    ]);
    expect(differences.map(({ subject }) => subject)).toEqual(["commands", "bg delete d0"]);
  });
});
