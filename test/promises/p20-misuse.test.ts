import { type BusError, errnoOf } from "auxbus";
import { afterEach, expect, test } from "vitest";
import { Rig } from "../support/rig.ts";

let rig: Rig;

/** After each misuse the bus goes on working. */
afterEach(async () => {
  const device = await rig.create("works", 0);
  const driver = await rig.register({ ids: ["m.works"] }, "works");
  expect(device.driver).toBe(driver);
  await rig.end();
});

async function refused(promise: Promise<unknown>): Promise<BusError & { code: string }> {
  return promise.then(
    () => expect.unreachable("it was not refused"),
    (error) => error,
  );
}

test("P20 m1: unregistering a driver while it is being registered is EBUSY", async () => {
  rig = new Rig();
  const device = await rig.create();
  const registering = rig.register({ takes: 100 });
  await rig.runtime.advance(50);
  const error = await refused(rig.core.auxiliary.unregister("drv"));
  expect(error).toMatchObject({ code: "EBUSY", op: "unregister", driver: "drv" });
  expect(error.message).toContain("wait for register() first");
  const driver = await rig.run(registering);
  expect(device.driver).toBe(driver);
});

test("P20 m2: deleting twice is ENODEV", async () => {
  rig = new Rig();
  await rig.register();
  const device = await rig.create();
  await device.delete();
  const error = await refused(device.delete());
  expect(error).toMatchObject({ code: "ENODEV", op: "delete", device: "m.x.0" });
  expect(error.message).toContain("delete it once");
  device.uninit();
});

test("P20 m3: adding twice is EEXIST", async () => {
  rig = new Rig();
  await rig.register();
  const device = await rig.create();
  const error = await refused(device.add());
  expect(error).toMatchObject({ code: "EEXIST", op: "add", device: "m.x.0" });
  expect(error.message).toContain("add a device once");
  expect(device.driver?.name).toBe("drv");
});

test("P20 m4: dropping the first reference of an added device is EBUSY", async () => {
  rig = new Rig();
  const device = await rig.create();
  for (const drop of [() => device.uninit(), () => device.put()]) {
    expect(drop).toThrow(expect.objectContaining({ code: "EBUSY", op: "uninit" }));
    expect(drop).toThrow(/delete it first/);
  }
  expect(rig.core.sysfs.list("bus/auxiliary/devices")).toEqual(["m.x.0"]);
});

test("P20 m5: removing a parent whose children live is EBUSY", async () => {
  rig = new Rig();
  const device = await rig.create();
  const error = await refused(rig.nic.destroy());
  expect(error).toMatchObject({ code: "EBUSY", op: "delete", device: "nic0" });
  expect(error.message).toContain("m.x.0");
  expect(device.path).toBe("/devices/nic0/m.x.0");
});

test("P20 m6: registering a driver twice is EBUSY", async () => {
  rig = new Rig();
  const definition = rig.driver();
  await rig.core.auxiliary.register(definition, { module: "drv" });
  const device = await rig.create();
  const error = await refused(rig.core.auxiliary.register(definition, { module: "drv" }));
  expect(error).toMatchObject({ code: "EBUSY", op: "register", driver: "drv" });
  expect(device.driver?.name).toBe("drv");
});

test("P20 m7: unregistering what was never registered, or is no longer, is EINVAL", async () => {
  rig = new Rig();
  expect(await refused(rig.core.auxiliary.unregister("drv"))).toMatchObject({ code: "EINVAL", driver: "drv" });
  const driver = await rig.register();
  await driver.unregister();
  const error = await refused(driver.unregister());
  expect(error).toMatchObject({ code: "EINVAL", op: "unregister", driver: "drv" });
  expect(error.message).toContain("unregister it once");
});

test("P20 m8: deleting what was never added is ENODEV", async () => {
  rig = new Rig();
  const device = rig.core.auxiliary.init(rig.nic, { module: "m", name: "x", id: 0 });
  expect(await refused(device.delete())).toMatchObject({
    code: "ENODEV",
    message: expect.stringContaining("never added"),
  });
  device.uninit();
  expect(device.state).toBe("released");
});

test("P20 m9: dropping the first reference twice is EINVAL", async () => {
  rig = new Rig();
  const device = await rig.create();
  device.get();
  await device.destroy();
  expect(() => device.uninit()).toThrow(expect.objectContaining({ code: "EINVAL", op: "uninit" }));
  device.put();
  expect(device.state).toBe("released");
  expect(() => device.get()).toThrow(expect.objectContaining({ code: "EINVAL" }));
  expect(() => device.put()).toThrow(expect.objectContaining({ code: "EINVAL" }));
  expect(rig.log.filter((line) => line === "release m.x.0")).toHaveLength(1);
});

test("P20 m10: adding again after delete is EINVAL, unless Linux's way is asked for", async () => {
  rig = new Rig();
  await rig.register();
  const device = await rig.create();
  await device.delete();
  const error = await refused(device.add());
  expect(errnoOf(error)).toBe("EINVAL");
  expect(error.message).toContain("make a new device");
  device.uninit();
  await expect(device.add()).rejects.toMatchObject({ code: "EINVAL" });

  const linux = new Rig({ readd: "as-linux" });
  await linux.register();
  const again = await linux.create();
  await again.delete();
  await again.add();
  await linux.core.auxiliary.rescan("m.x.0");
  expect(again.driver, "it is there, but never binds").toBeNull();
  await linux.end();
});
