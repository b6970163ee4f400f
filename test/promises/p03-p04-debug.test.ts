import { expect, test } from "vitest";
import { Random } from "@auxbus/sim_sof_dsp";
import { Rig } from "../support/rig.ts";

test("P3: probe, remove, probe at every bind leaks nothing and releases nothing twice", async () => {
  const rig = new Rig({ testDriverRemove: true });
  await rig.register({ actions: 2, takes: 5 });
  rig.since();
  const device = await rig.run(rig.create());
  expect(rig.since()).toEqual([
    "add m.x.0",
    "probe m.x.0",
    "remove m.x.0",
    "devres 2",
    "devres 1",
    "probe m.x.0",
    "bind m.x.0",
  ]);
  await rig.run(device.destroy());
  expect(rig.since()).toEqual([
    "remove m.x.0",
    "devres 2",
    "devres 1",
    "unbind m.x.0",
    "remove m.x.0",
    "release m.x.0",
  ]);
  await rig.end();
});

test("P3: a driver that cannot be unbound by hand is spared", async () => {
  const rig = new Rig({ testDriverRemove: true });
  await rig.register({ more: { suppressBindAttrs: true } });
  rig.since();
  await rig.create();
  expect(rig.since()).toEqual(["add m.x.0", "probe m.x.0", "bind m.x.0"]);
  await rig.end();
});

test("P3: a probe that fails the second time leaves the device unbound", async () => {
  const rig = new Rig({ testDriverRemove: true });
  await rig.register({ probe: ["ok", "EIO"] });
  const device = await rig.create();
  expect(device.driver).toBeNull();
  expect(rig.core.explain(device).drivers[0]?.code).toBe("EIO");
  await rig.end();
});

test("P4: nothing touches a device between the last put and its delayed release", async () => {
  const random = new Random(7);
  const rig = new Rig({ releaseDelay: () => random.between(1000, 4000) });
  await rig.register({ actions: 1 });
  for (let round = 0; round < 20; round++) {
    const device = await rig.create("x", 0);
    rig.since();
    await device.destroy();
    const atPut = rig.since();
    expect(atPut.at(-1)).toBe("remove m.x.0");
    const snapshot = {
      state: device.state,
      driver: device.driver,
      data: device.driverData,
      children: [...device.children()],
    };
    const again = await rig.create("x", 0);
    await again.destroy();
    expect(device).toMatchObject({ state: "released", driver: null });
    expect({
      state: device.state,
      driver: device.driver,
      data: device.driverData,
      children: [...device.children()],
    }).toEqual(snapshot);
    expect(rig.since()).not.toContain("release m.x.0");
    await rig.runtime.advance(4000);
    expect(rig.since()).toEqual(["release m.x.0", "release m.x.0"]);
  }
  await rig.end();
});

test("P4: an id chosen by the bus is not given out again before the release", async () => {
  const rig = new Rig({ releaseDelay: () => 1000 });
  const first = await rig.create();
  await first.destroy();
  const second = await rig.create();
  expect(second.id).toBe(1);
  await rig.runtime.advance(1000);
  const third = await rig.create();
  expect(third.id).toBe(0);
  await rig.end();
  await rig.runtime.advance(1000);
});
