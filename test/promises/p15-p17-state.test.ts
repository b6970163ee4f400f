import { expect, test } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

test("P15: unbind and bind again keeps the irqs folder right", async () => {
  const rig = new Rig();
  await rig.register({
    more: {
      probe(device) {
        device.irqAdd(40);
        device.irqAdd(9);
      },
    },
  });
  const device = await rig.create();
  const irqs = (): string[] => rig.core.sysfs.list("devices/nic0/m.x.0/irqs");
  expect(irqs()).toEqual(["40", "9"]);
  expect(device.irqs).toEqual([9, 40]);
  device.irqRemove(40);
  expect(irqs()).toEqual(["9"]);
  for (let round = 0; round < 3; round++) {
    await device.unbind();
    expect(rig.core.sysfs.exists("devices/nic0/m.x.0/irqs")).toBe(false);
    await rig.core.auxiliary.bind("drv", "m.x.0");
    expect(irqs()).toEqual(["40", "9"]);
  }
  expect(rig.core.sysfs.read("devices/nic0/m.x.0/irqs/40")).toBe("");
  expect(() => device.irqAdd(40)).toThrow(/EEXIST/);
  expect(() => device.irqAdd(-1)).toThrow(/EINVAL/);
  expect(() => device.irqRemove(41)).toThrow(/ENOENT/);
  await rig.end();
});

test("P16: shutdown goes backwards, and passes over unbound devices and failed probes", async () => {
  const rig = new Rig();
  const down: string[] = [];
  await rig.register({
    probe: ["ok", "EIO", "ok"],
    more: {
      shutdown: async (device) => {
        await rig.after(5);
        down.push(device.name);
        if (device.id === 0) throw new Error("stuck");
      },
    },
  });
  await rig.create("x", 0);
  await rig.create("x", 1);
  const third = await rig.create("x", 2);
  await rig.create("nobody", 0);
  await rig.create("x", 3, third);
  const errors: string[] = [];
  rig.core.log.subscribe(({ level, message }) => void (level === "error" && errors.push(message)));
  await rig.run(rig.core.shutdown());
  expect(down).toEqual(["m.x.3", "m.x.2", "m.x.0"]);
  expect(errors).toEqual(["m.x.0: shutdown failed: stuck"]);
  const late = await rig.create("x", 9);
  expect(late.driver, "nothing is probed any more").toBeNull();
  await rig.end();
});

test("P17: device before driver and driver before device end in the same state", async () => {
  const picture = (rig: Rig): unknown => ({
    drivers: [...rig.core.auxiliary.drivers()].map((d) => [d.name, [...d.devices()].map((x) => x.name)]),
    devices: [...rig.core.devices()].map((d) => [d.path, d.driver?.name]),
    sysfs: rig.core.sysfs.list("devices/nic0/m.x.0"),
    deferred: rig.core.deferred.list().length,
  });
  const devicesFirst = new Rig();
  for (const id of [0, 1, 2]) await devicesFirst.create("x", id);
  await devicesFirst.register({ actions: 1 });
  const driverFirst = new Rig();
  await driverFirst.register({ actions: 1 });
  for (const id of [0, 1, 2]) await driverFirst.create("x", id);
  expect(picture(devicesFirst)).toEqual(picture(driverFirst));
  await devicesFirst.end();
  await driverFirst.end();
});

test("shutdown and changes of the whole bus are refused from callbacks that they would wait for", async () => {
  const rig = new Rig();
  const seen: string[] = [];
  await rig.register({
    more: {
      async probe() {
        seen.push(await outcome(rig.core.shutdown()));
      },
    },
  });
  await rig.create();
  expect(seen).toEqual(["EDEADLK"]);
  await rig.end();
});
