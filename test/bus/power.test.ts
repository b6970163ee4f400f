import type { AuxiliaryDevice, DriverPmOps } from "auxbus";
import { expect, test } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

function ops(rig: Rig, fails: Partial<Record<keyof DriverPmOps, string>> = {}): DriverPmOps<AuxiliaryDevice> {
  const op = (name: keyof DriverPmOps) => async (device: AuxiliaryDevice) => {
    await rig.after(1);
    rig.log.push(`${name} ${device.name}`);
    if (fails[name] === device.name) throw new Error(`${name} fails`);
  };
  return Object.fromEntries((["prepare", "suspend", "resume", "complete"] as const).map((name) => [name, op(name)]));
}

async function three(fails: Partial<Record<keyof DriverPmOps, string>> = {}): Promise<Rig> {
  const rig = new Rig();
  await rig.register({ more: { pm: ops(rig, fails) } });
  for (const id of [0, 1, 2]) await rig.create("x", id);
  await rig.create("plain", 0);
  rig.since();
  return rig;
}

test("prepare and resume go forwards, suspend and complete backwards", async () => {
  const rig = await three();
  await rig.run(rig.core.power.suspend());
  expect(rig.core.power.suspended).toBe(true);
  expect(rig.since()).toEqual([
    "prepare m.x.0",
    "prepare m.x.1",
    "prepare m.x.2",
    "suspend m.x.2",
    "suspend m.x.1",
    "suspend m.x.0",
  ]);
  await rig.run(rig.core.power.resume());
  expect(rig.since()).toEqual([
    "resume m.x.0",
    "resume m.x.1",
    "resume m.x.2",
    "complete m.x.2",
    "complete m.x.1",
    "complete m.x.0",
  ]);
  await rig.end();
});

test("a failing suspend rolls back, the failing device excepted", async () => {
  const rig = await three({ suspend: "m.x.1" });
  await expect(rig.run(rig.core.power.suspend())).rejects.toThrow("suspend fails");
  expect(rig.since()).toEqual([
    "prepare m.x.0",
    "prepare m.x.1",
    "prepare m.x.2",
    "suspend m.x.2",
    "suspend m.x.1",
    "resume m.x.2",
    "complete m.x.2",
    "complete m.x.1",
    "complete m.x.0",
  ]);
  expect(rig.core.power.suspended).toBe(false);
  await rig.end();
});

test("a failing prepare suspends nothing; a failing resume or complete is logged and stops nobody", async () => {
  const rig = await three({ prepare: "m.x.1" });
  await expect(rig.run(rig.core.power.suspend())).rejects.toThrow("prepare fails");
  expect(rig.since()).toEqual(["prepare m.x.0", "prepare m.x.1", "complete m.x.1", "complete m.x.0"]);
  await rig.end();

  const other = await three({ resume: "m.x.0", complete: "m.x.2" });
  const errors: string[] = [];
  other.core.log.subscribe(({ message }) => void errors.push(message));
  await other.run(other.core.power.suspend());
  await other.run(other.core.power.resume());
  expect(errors).toEqual(["PM: m.x.0: resume failed: resume fails", "PM: m.x.2: complete failed: complete fails"]);
  expect(other.since().slice(-2)).toEqual(["complete m.x.1", "complete m.x.0"]);
  await other.end();
});

test("nothing is probed while the system sleeps; afterwards what waited is tried", async () => {
  const rig = await three();
  await rig.run(rig.core.power.suspend());
  const device = await rig.create("x", 7);
  expect(device.driver).toBeNull();
  expect(rig.core.explain(device).waitsFor).toContain("while the system sleeps");
  expect(await outcome(rig.core.auxiliary.bind("drv", "m.x.7"))).toBe("EAGAIN");
  await rig.run(rig.core.power.resume());
  await rig.run(rig.core.settle());
  expect(device.driver?.name).toBe("drv");
  await rig.end();
});

test("transitions do not overlap, and resume needs a suspend", async () => {
  const rig = await three();
  expect(await outcome(rig.core.power.resume())).toBe("EINVAL");
  const first = rig.core.power.suspend();
  expect(await outcome(rig.core.power.suspend())).toBe("EBUSY");
  await rig.run(first);
  expect(await outcome(rig.core.power.suspend())).toBe("EBUSY");
  await rig.run(rig.core.power.resume());
  await rig.end();
});

test("a device that is deleted while the system sleeps is let go", async () => {
  const rig = await three();
  await rig.run(rig.core.power.suspend());
  const device = rig.core.auxiliary.find("m.x.1");
  await rig.run(device?.destroy() ?? Promise.resolve());
  expect(device?.state).toBe("deleted");
  await rig.run(rig.core.power.resume());
  expect(device?.state).toBe("released");
  await rig.end();
});

test("a device that begins to use runtime PM while the system goes to sleep wakes up with it", async () => {
  const rig = new Rig();
  await rig.register({ more: { pm: { suspend: (device) => void device.runtimePm.usageCount } } });
  await rig.create("x", 0);
  await rig.run(rig.core.power.suspend());
  await rig.run(rig.core.power.resume());
  expect(rig.core.auxiliary.find("m.x.0")?.runtimePm.usageCount).toBe(0);
  await rig.end();
});

test("a device that is being probed when the system goes to sleep is waited for, then suspended", async () => {
  const rig = new Rig();
  await rig.register({ more: { pm: ops(rig), probe: () => rig.after(50) } });
  const added = rig.create("x", 0);
  rig.since();
  await rig.run(rig.core.power.suspend());
  await rig.run(rig.core.power.resume());
  expect(rig.since().filter((line) => line.endsWith("m.x.0"))).toEqual([
    "bind m.x.0",
    "prepare m.x.0",
    "suspend m.x.0",
    "resume m.x.0",
    "complete m.x.0",
  ]);
  await added;
  await rig.end();
});

test("a driver that has not been suspended is not resumed", async () => {
  const rig = await three();
  await rig.run(rig.core.power.suspend());
  await rig.run(rig.core.auxiliary.find("m.x.1")?.unbind() ?? Promise.resolve());
  rig.since();
  await rig.run(rig.core.power.resume());
  expect(rig.since().filter((line) => line.includes("m.x.1") && /^(?:resume|complete)/.test(line))).toEqual([]);
  await rig.end();
});
