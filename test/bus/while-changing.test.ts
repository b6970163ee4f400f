import { expect, test } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

test("what is being deleted is not found, not walked, not bound", async () => {
  const rig = new Rig();
  const bus = rig.core.auxiliary;
  await rig.run(rig.register({ takes: 10 }));
  const [going, staying] = [await rig.run(rig.create("x", 0)), await rig.run(rig.create("x", 1))];
  const gone = going.destroy();
  await rig.runtime.advance(5);
  expect(going.state).toBe("deleting");
  expect(rig.core.explain(going).summary).toBe("it is deleting");
  expect(bus.find("m.x.0")).toBeUndefined();
  expect([...bus.devices()]).toEqual([staying]);
  expect(await outcome(bus.rescan("m.x.0"))).toBe("ENODEV");
  expect(await outcome(bus.bind("nobody", "m.x.1"))).toBe("ENOENT");
  expect(await outcome(rig.create("x", 0)), "its name is still taken").toBe("EEXIST");
  const attached = going.attach();
  await rig.run(gone);
  expect(await attached).toBe(false);
  await rig.end();
});

test("a bind that waits for a device finds it gone", async () => {
  const rig = new Rig();
  await rig.run(rig.register({ takes: 10 }));
  const device = await rig.run(rig.create());
  const unbound = device.unbind();
  const deleted = device.delete();
  const bound = outcome(rig.core.auxiliary.bind("drv", "m.x.0"));
  await rig.run(Promise.all([unbound, deleted]));
  expect(await bound).toBe("ENODEV");
  device.uninit();
  await rig.end();
});

test("a driver that goes while another one probes is not tried any more", async () => {
  const rig = new Rig();
  await rig.register({ name: "a", takes: 10, probe: ["EIO"] });
  const b = await rig.register({ name: "b", more: { probe: () => void rig.log.push("probe by b") } });
  const created = rig.create();
  await rig.runtime.advance(5);
  await b.unregister();
  const device = await rig.run(created);
  expect(device.driver).toBeNull();
  expect(rig.log).not.toContain("probe by b");
  await rig.end();
});

test("a device that goes while a new driver probes others is not tried", async () => {
  const rig = new Rig();
  const [, second] = [await rig.create("x", 0), await rig.create("x", 1)];
  const registered = rig.register({ takes: 10 });
  await rig.runtime.advance(5);
  await second.destroy();
  await rig.run(registered);
  expect(rig.since().filter((line) => line.startsWith("probe"))).toEqual(["probe m.x.0"]);
  await rig.end();
});

test("an asynchronous probe that is too late finds nothing to do", async () => {
  const rig = new Rig();
  await rig.register({ more: { probeType: "async" } });
  const created = rig.create();
  const device = await created;
  await device.destroy();
  await rig.run(rig.core.settle());
  expect(rig.since().filter((line) => line.startsWith("probe"))).toEqual([]);
  await rig.end();
});

test("devices that are walked over may be taken away, and others come", async () => {
  const rig = new Rig();
  const bus = rig.core.auxiliary;
  for (let id = 0; id < 6; id++) await rig.create("x", id);
  const seen: string[] = [];
  for (const device of bus.devices()) {
    seen.push(device.name);
    if (device.id % 2 === 0) await device.destroy();
    if (seen.length === 2) await rig.create("x", 0);
  }
  expect(seen).toEqual(["m.x.0", "m.x.1", "m.x.2", "m.x.3", "m.x.4", "m.x.5", "m.x.0"]);
  expect(
    Array.from(bus.devices(), ({ id }) => id),
    "the last one was taken away again",
  ).toEqual([1, 3, 5]);
  await rig.create("x", 0);
  expect(
    Array.from(bus.devices(), ({ id }) => id),
    "a name that comes back stands at the end",
  ).toEqual([1, 3, 5, 0]);
  await rig.end();
});

test("a driver is unregistered once, also while that is going on", async () => {
  const rig = new Rig();
  await rig.run(rig.create());
  const driver = await rig.run(rig.register({ takes: 10 }));
  const first = driver.unregister();
  await rig.runtime.advance(5);
  expect(await outcome(driver.unregister())).toBe("EINVAL");
  await rig.run(first);
  expect(await outcome(driver.unregister())).toBe("EINVAL");
  await rig.end();
});

test("the drivers that match are told apart: bound, tried, not tried", async () => {
  const rig = new Rig();
  await rig.register({ name: "a", probe: ["EIO"] });
  await rig.register({ name: "b" });
  await rig.register({ name: "c" });
  const device = await rig.create();
  expect(rig.core.explain(device).drivers).toMatchObject([
    { driver: "drv.a", verdict: "failed", code: "EIO" },
    { driver: "drv.b", verdict: "bound" },
    { driver: "drv.c", verdict: "not tried", reason: "drv.b has the device" },
  ]);
  device.get();
  device.put("somebody who never took one");
  await rig.end();
});

test("an id table's names are measured in bytes", async () => {
  const rig = new Rig();
  const name = (char: string, bytes: number): string =>
    `m.${char.repeat((bytes - 2) / new TextEncoder().encode(char).length)}`;
  for (const [char, most, over] of [
    ["é", 38, 40],
    ["€", 38, 41],
    ["🚌", 38, 42],
  ] as const) {
    const driver = await rig.register({ ids: [name(char, most)] });
    await driver.unregister();
    await expect(rig.register({ ids: [name(char, over)] })).rejects.toThrow(`${over} bytes long, 39 is the most`);
  }
  await rig.end();
});
