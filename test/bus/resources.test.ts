import type { DeviceResources } from "auxbus";
import { expect, test } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

async function bound(fill: (resources: DeviceResources, rig: Rig) => void, probe: "ok" | "EIO" = "ok"): Promise<Rig> {
  const rig = new Rig();
  await rig.register({
    more: {
      probe(_device, _id, { resources }) {
        fill(resources, rig);
        if (probe !== "ok") throw new Error("no");
      },
      remove: () => void rig.log.push("remove"),
    },
  });
  await rig.create();
  rig.since();
  return rig;
}

test("resources are released last in, first out, each waited for", async () => {
  const rig = await bound((resources, { log, after }) => {
    resources.defer(() => void log.push("defer"));
    resources.adopt("value", async (value) => {
      await rigAfter(10);
      log.push(`adopt ${value}`);
    });
    resources.use({ [Symbol.dispose]: () => void log.push("dispose") });
    resources.use({ [Symbol.asyncDispose]: async () => void log.push("asyncDispose") });
    expect(resources.use(null)).toBeNull();
    expect(resources.use(undefined)).toBeUndefined();
    expect(resources.size).toBe(4);
    expect(typeof after).toBe("function");
  });
  function rigAfter(ms: number): Promise<void> {
    return rig.after(ms);
  }
  await rig.run(rig.core.auxiliary.unbind("drv", "m.x.0"));
  expect(rig.since()).toEqual(["remove", "asyncDispose", "dispose", "adopt value", "defer", "unbind m.x.0"]);
  await rig.end();
});

test("they are released after a failed probe, and a release that fails does not keep the others", async () => {
  const errors: string[] = [];
  const rig = new Rig();
  rig.core.log.subscribe(({ level, message }) => void (level === "error" && errors.push(message)));
  await rig.register({
    more: {
      probe(_device, _id, { resources }) {
        resources.defer(() => void rig.log.push("first"));
        resources.defer(() => {
          throw new Error("sync");
        });
        resources.defer(() => Promise.reject(new Error("async")));
        throw new TypeError("bad hardware");
      },
    },
  });
  const device = await rig.run(rig.create());
  expect(device.driver).toBeNull();
  expect(rig.log).toContain("first");
  expect(errors).toEqual([
    "m.x.0: probe with driver drv failed with error EIO",
    "m.x.0: releasing a managed resource failed: async",
    "m.x.0: releasing a managed resource failed: sync",
  ]);
  await rig.end();
});

test("something that is no resource is refused", async () => {
  const rig = new Rig();
  expect(() => rig.nic.resources.use({ ...({} as Disposable) })).toThrow(TypeError);
  await rig.end();
});

test("a device with resources of its own is not probed until they are released", async () => {
  const rig = new Rig();
  const device = await rig.create();
  device.resources.defer(() => void rig.log.push("own"));
  await rig.register();
  expect(device.driver).toBeNull();
  expect(await outcome(rig.core.auxiliary.bind("drv", "m.x.0"))).toBe("EBUSY");
  rig.since();
  await device.destroy();
  expect(rig.since()).toEqual(["own", "remove m.x.0", "release m.x.0"]);
  await rig.end();
});

test("a late release that fails as well ends nothing", async () => {
  const rig = new Rig();
  let kept: DeviceResources | undefined;
  await rig.register({ more: { probe: (_device, _id, { resources }) => void (kept = resources) } });
  const device = await rig.create();
  await device.unbind();
  expect(() => kept?.defer(() => Promise.reject(new Error("late")))).toThrow(/ENODEV.*released at once/);
  await rig.runtime.runUntilIdle();
  await rig.end();
});

test("a release callback that fails is logged", async () => {
  const rig = new Rig();
  const errors: string[] = [];
  rig.core.log.subscribe(({ message }) => void errors.push(message));
  const device = await rig.core.auxiliary.create(rig.nic, {
    module: "m",
    name: "x",
    release() {
      throw new Error("no");
    },
  });
  await device.destroy();
  expect(errors).toEqual(["m.x.0: its release callback failed: no"]);
  await rig.end();
});

test("a publisher hears that a driver has gone, or did not bind; what it then throws is logged", async () => {
  const rig = new Rig();
  await rig.register({ probe: ["ok", "EIO", "ok"], more: { remove: () => void rig.log.push("remove") } });
  rig.core.log.subscribe(({ level, message }) => void (level === "error" && rig.log.push(message)));
  let fails = false;
  const device = await rig.core.auxiliary.create(rig.nic, {
    module: "m",
    name: "x",
    unbound: () => {
      rig.log.push("unbound");
      if (fails) throw new Error("no");
    },
  });
  rig.since();
  await device.unbind();
  expect(rig.since()).toEqual(["remove", "unbound", "unbind m.x.0"]);
  expect(await outcome(rig.core.auxiliary.bind("drv", "m.x.0"))).toBe("EIO");
  expect(rig.since()).toContain("unbound");
  await rig.core.auxiliary.bind("drv", "m.x.0");
  fails = true;
  rig.since();
  await device.destroy();
  expect(rig.since()).toContain("m.x.0: its publisher failed after the driver was unbound: no");
  await rig.end();
});
