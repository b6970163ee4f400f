import { deferProbe } from "auxbus";
import { expect, test } from "vitest";
import { Rig } from "../support/rig.ts";

test("P8: a probe that defers while a trigger is running is tried again", async () => {
  const rig = new Rig();
  let ready = false;
  const driver = rig.driver({
    name: "waits",
    ids: ["m.waits"],
    more: {
      async probe(device) {
        rig.log.push(`probe ${device.name}`);
        const missing = !ready;
        // What it waits for comes while it is still probing, too late for it to see.
        await rig.after(10);
        if (missing) deferProbe("the clock");
      },
    },
  });
  await rig.core.auxiliary.register(driver, { module: "drv" });
  await rig.register({ name: "clock", ids: ["m.clock"] });
  const adding = rig.create("waits", 0);
  await rig.runtime.advance(5);
  ready = true;
  await rig.create("clock", 0);
  const device = await rig.run(adding);
  expect(device.driver).toBeNull();
  await rig.run(rig.core.settle());
  expect(device.driver?.name, "the wake-up was not lost").toBe("drv.waits");
  await rig.end();
});

test("a deferred device says what it waits for, is tried after every bind, and leaves the list when deleted", async () => {
  const rig = new Rig();
  await rig.core.auxiliary.register(
    rig.driver({ name: "waits", ids: ["m.waits"], more: { probe: () => deferProbe("no clock yet") } }),
    { module: "drv" },
  );
  await rig.register({ name: "other", ids: ["m.other"] });
  const device = await rig.create("waits", 0);
  const { deferred } = rig.core;
  expect(deferred.list()).toEqual([{ device, reason: "no clock yet" }]);
  expect(rig.core.explain(device)).toMatchObject({
    waitsFor: "no clock yet",
    drivers: [{ verdict: "deferred" }],
  });
  const before = deferred.triggers;
  await rig.create("other", 0);
  expect(deferred.triggers).toBe(before + 1);
  await rig.run(rig.core.settle());
  expect(deferred.has(device)).toBe(true);
  await device.destroy();
  expect(deferred.list()).toEqual([]);
  await rig.end();
});

test("an optional dependency is waited for until 10 s after the last registration, then everybody is tried once more", async () => {
  const rig = new Rig();
  const outcomes: string[] = [];
  await rig.core.auxiliary.register(
    rig.driver({
      name: "tolerant",
      ids: ["m.tolerant"],
      more: {
        probe(device) {
          try {
            rig.core.deferred.check(device, "a battery");
          } catch (error) {
            outcomes.push(`${rig.runtime.now()} ${error instanceof Error ? error.message : ""}`);
            if (error instanceof Error && error.message.startsWith("EPROBE_DEFER")) throw error;
          }
        },
      },
    }),
    { module: "drv" },
  );
  const device = await rig.create("tolerant", 0);
  await rig.runtime.advance(9000);
  await rig.register({ name: "later", ids: ["m.later"] });
  await rig.runtime.advance(9999);
  expect(device.driver).toBeNull();
  await rig.runtime.advance(1);
  expect(device.driver?.name).toBe("drv.tolerant");
  expect(outcomes).toEqual([
    "0 EPROBE_DEFER: waiting for a battery",
    "19000 ETIMEDOUT: a battery did not come; go on without it",
  ]);
  await rig.end();
});

test("what still waits after the timeout is named in the log", async () => {
  const rig = new Rig({ deferredProbeTimeout: 100 });
  const warnings: string[] = [];
  rig.core.log.subscribe(({ level, message }) => void (level === "warn" && warnings.push(message)));
  await rig.register({ probe: ["EPROBE_DEFER"] });
  await rig.create();
  await rig.runtime.advance(100);
  expect(warnings).toEqual(["m.x.0: deferred probe pending: as the test wants"]);
  await rig.end();
});

test("a bind by hand that defers answers EAGAIN and does not wait", async () => {
  const rig = new Rig();
  rig.core.auxiliary.autoprobe = false;
  await rig.register({ probe: ["EPROBE_DEFER"] });
  await rig.create();
  await expect(rig.core.auxiliary.bind("drv", "m.x.0")).rejects.toMatchObject({
    code: "EAGAIN",
    device: "m.x.0",
    driver: "drv",
  });
  expect(rig.core.deferred.list()).toEqual([]);
  await rig.end();
});

test("two slow probes that both defer do not keep each other busy", async () => {
  const rig = new Rig();
  await rig.register({ name: "a", ids: ["m.a"], probe: ["EPROBE_DEFER"], takes: 30, more: { probeType: "async" } });
  await rig.register({ name: "b", ids: ["m.b"], probe: ["EPROBE_DEFER"], takes: 30, more: { probeType: "async" } });
  await rig.register({ name: "other", ids: ["m.other"] });
  await rig.create("a", 0);
  await rig.runtime.advance(10);
  await rig.create("b", 0);
  await rig.runtime.advance(10);
  // The change that both may have waited for, and missed.
  await rig.create("other", 0);
  await rig.runtime.advance(1000);
  expect(rig.core.work.pending).toBe(0);
  expect(rig.log.filter((line) => line === "probe m.a.0")).toHaveLength(2);
  expect(rig.log.filter((line) => line === "probe m.b.0")).toHaveLength(2);
  expect(rig.core.deferred.list()).toHaveLength(2);
  await rig.end();
});
