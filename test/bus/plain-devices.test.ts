import { Device } from "auxbus";
import { expect, test } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

test("devices on no bus have a place in the tree like all others", async () => {
  const rig = new Rig();
  const { core, nic } = rig;
  const ports = [0, 1].map((i) => new Device(core, { name: `port${i}`, parent: nic }));
  for (const port of ports) await port.add();
  expect([...core.devices()].map((device) => device.path)).toEqual([
    "/devices/nic0",
    "/devices/nic0/port0",
    "/devices/nic0/port1",
  ]);
  expect(core.findDevice("/devices/nic0/port1")).toBe(ports[1]);
  expect(core.findDevice("/devices/nic0/port2")).toBeUndefined();
  expect(core.findDevice("/devices/nobody/port1")).toBeUndefined();
  expect(core.findDevice("/bus/auxiliary")).toBeUndefined();
  expect(core.sysfs.list("devices/nic0/port0")).toEqual(["power", "uevent"]);
  expect(core.sysfs.exists("bus/nowhere")).toBe(false);
  expect(await outcome(new Device(core, { name: "port0", parent: nic }).add())).toBe("EEXIST");
  expect(await outcome(nic.delete())).toBe("EBUSY");
  for (const port of ports) {
    expect(core.explain(port)).toMatchObject({
      summary: "it is on no bus, so no driver can bind",
      driverOverride: null,
    });
    expect(await port.attach()).toBe(false);
    await port.destroy();
  }
  expect(core.findDevice("/devices/nic0/port1")).toBeUndefined();
  await rig.end();
});

test("a device with many children says some of their names when it is to go", async () => {
  const rig = new Rig();
  for (let i = 0; i < 4; i++) await rig.create("x", i);
  await expect(rig.nic.delete()).rejects.toThrow("nic0 has children (m.x.0, m.x.1, m.x.2, …); delete them first");
  await rig.end();
});

test("a driver that leaves children behind keeps its device from going", async () => {
  const rig = new Rig();
  const parent = await rig.create("parent", 0);
  await rig.register({
    ids: ["m.parent"],
    more: { probe: (device) => rig.create("child", 0, device).then(() => undefined) },
  });
  const [child] = [...parent.children()];
  await expect(parent.destroy()).rejects.toThrow("EBUSY: m.parent.0 has children (m.child.0)");
  expect(parent.state).toBe("added");
  expect(parent.driver, "its driver has gone, as in the kernel").toBeNull();
  await child?.destroy();
  await parent.destroy();
  await rig.end();
});

test("a device's resources are its driver's while one is bound, else its own", async () => {
  const rig = new Rig();
  const device = await rig.create();
  const released: string[] = [];
  await rig.register({
    more: { probe: (_device, _id, { resources }) => resources.defer(() => void released.push("probe")) },
  });
  device.resources.defer(() => void released.push("driver's"));
  await device.unbind();
  expect(released).toEqual(["driver's", "probe"]);
  device.resources.defer(() => void released.push("device's"));
  expect(device.resources).toBe(device.resources);
  await device.destroy();
  expect(released).toEqual(["driver's", "probe", "device's"]);
  await rig.end();
});
