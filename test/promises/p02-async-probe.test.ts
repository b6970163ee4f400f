import { expect, test } from "vitest";
import { Rig } from "../support/rig.ts";

const PROBE_TIME = 100;
const PROCESSORS = 2;

test.each([
  { probeType: "async" as const, duration: 0 },
  { probeType: "sync" as const, duration: PROBE_TIME * 2 * PROCESSORS },
])("P2: registering a driver that probes $probeType over 2×N devices", async ({ probeType, duration }) => {
  const rig = new Rig();
  for (let id = 0; id < 2 * PROCESSORS; id++) await rig.create("x", id);
  const driver = await rig.run(rig.register({ takes: PROBE_TIME, more: { probeType } }));
  expect(rig.runtime.now()).toBe(duration);
  if (probeType === "async") expect(rig.runtime.now()).toBeLessThan(PROBE_TIME / 2);
  else expect(rig.runtime.now()).toBeGreaterThan(PROBE_TIME / 2);
  await rig.run(rig.core.settle());
  expect(
    [...driver.devices()].map((device) => device.name),
    "none is lost",
  ).toEqual(["m.x.0", "m.x.1", "m.x.2", "m.x.3"]);
  if (probeType === "async") expect(rig.runtime.now(), "devices are probed in parallel").toBe(PROBE_TIME);
  await rig.end();
});

test("P2: a device added beside an asynchronous driver does not wait for its probe", async () => {
  const rig = new Rig();
  await rig.register({ takes: PROBE_TIME, more: { probeType: "async" } });
  const device = await rig.create();
  expect(device.driver).toBeNull();
  await rig.run(rig.core.settle());
  expect(device.driver?.name).toBe("drv");
  await rig.end();
});

test("unregistering an asynchronous driver waits for its probes, then unbinds them", async () => {
  const rig = new Rig();
  await rig.create();
  const driver = await rig.register({ takes: PROBE_TIME, more: { probeType: "async" } });
  rig.since();
  await rig.run(driver.unregister());
  expect(rig.since()).toEqual(["probe m.x.0", "bind m.x.0", "remove m.x.0", "unbind m.x.0", "remove drv"]);
  await rig.end();
});

test("a synchronous driver is tried before asynchronous ones", async () => {
  const rig = new Rig();
  await rig.register({ name: "a", more: { probeType: "async" } });
  await rig.register({ name: "s" });
  const device = await rig.create();
  expect(device.driver?.name).toBe("drv.s");
  await rig.run(rig.core.settle());
  expect(device.driver?.name).toBe("drv.s");
  await rig.end();
});
