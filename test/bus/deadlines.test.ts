import { expect, test } from "vitest";
import { Rig } from "../support/rig.ts";

test("a probe that misses its deadline is given up: signal, resources, handle; the next driver is tried", async () => {
  const rig = new Rig({ probeTimeout: 100 });
  const seen: string[] = [];
  await rig.register({
    name: "slow",
    more: {
      async probe(device, _id, { signal, resources }) {
        resources.defer(() => void seen.push(`released at ${rig.runtime.now()}`));
        signal.addEventListener("abort", () => seen.push(`aborted at ${rig.runtime.now()}`));
        const { shared } = device;
        await rig.after(500);
        try {
          resources.defer(() => void seen.push("late resource released"));
        } catch (error) {
          seen.push(error instanceof Error ? error.message.slice(0, 6) : "");
        }
        expect(shared).toBeUndefined();
      },
    },
  });
  await rig.register({ name: "quick" });
  const device = await rig.run(rig.create());
  expect(rig.runtime.now()).toBe(100);
  expect(device.driver?.name).toBe("drv.quick");
  expect(seen).toEqual(["aborted at 100", "released at 100"]);
  expect(rig.core.explain(device).drivers[0]).toMatchObject({
    driver: "drv.slow",
    verdict: "failed",
    code: "ETIMEDOUT",
  });
  await rig.runtime.advance(500);
  expect(seen.slice(2), "what comes too late is released at once").toEqual(["late resource released", "ENODEV"]);
  expect(device.driver?.name).toBe("drv.quick");
  await rig.end();
});

test("progress begins the deadline anew; a driver may have its own, or none", async () => {
  const rig = new Rig({ probeTimeout: 100 });
  await rig.register({
    name: "busy",
    ids: ["m.busy"],
    more: {
      async probe(_device, _id, binding) {
        for (let i = 0; i < 5; i++) {
          await rig.after(80);
          binding.progress();
        }
      },
    },
  });
  await rig.register({ name: "own", ids: ["m.own"], takes: 300, more: { probeTimeout: 400 } });
  await rig.register({ name: "none", ids: ["m.none"], takes: 100_000, more: { probeTimeout: 0, removeTimeout: 0 } });
  for (const name of ["busy", "own", "none"])
    expect((await rig.run(rig.create(name, 0))).driver?.name).toBe(`drv.${name}`);
  await rig.end();
});

test("a remove that hangs or fails does not keep the device", async () => {
  const rig = new Rig({ removeTimeout: 100 });
  const errors: string[] = [];
  rig.core.log.subscribe(({ level, message }) => void (level === "error" && errors.push(message)));
  await rig.register({
    name: "hang",
    ids: ["m.hang"],
    actions: 1,
    more: { remove: () => new Promise(() => undefined) },
  });
  await rig.register({
    name: "throw",
    ids: ["m.throw"],
    actions: 1,
    more: {
      remove() {
        throw new TypeError("no");
      },
    },
  });
  const hang = await rig.create("hang", 0);
  const thrower = await rig.create("throw", 0);
  rig.since();
  await rig.run(hang.destroy());
  expect(rig.runtime.now()).toBe(100);
  await thrower.destroy();
  expect(rig.since().filter((line) => !line.startsWith("release"))).toEqual([
    "devres 1",
    "unbind m.hang.0",
    "remove m.hang.0",
    "devres 1",
    "unbind m.throw.0",
    "remove m.throw.0",
  ]);
  expect(errors).toEqual([
    "m.hang.0: remove by drv.hang failed, unbinding all the same: ETIMEDOUT: remove of m.hang.0 by drv.hang took longer than 100 ms",
    "m.throw.0: remove by drv.throw failed, unbinding all the same: no",
  ]);
  await rig.end();
});

test("the signal is aborted before remove, and is aborted already for whoever asks late", async () => {
  const rig = new Rig();
  const seen: boolean[] = [];
  let late: (() => AbortSignal) | undefined;
  await rig.register({
    more: {
      probe(device, _id, binding) {
        device.driverData = binding.signal;
        late = () => binding.signal;
      },
      remove: (device) => void seen.push(device.driverData instanceof AbortSignal && device.driverData.aborted),
    },
  });
  const device = await rig.create();
  await device.unbind();
  expect(seen).toEqual([true]);
  expect(device.driverData).toBeUndefined();
  expect(late?.().aborted).toBe(true);

  let kept: (() => AbortSignal) | undefined;
  let resources: (() => { readonly disposed: boolean }) | undefined;
  await rig.register({
    name: "lazy",
    ids: ["m.lazy"],
    more: {
      probe(_device, _id, binding) {
        kept = () => binding.signal;
        resources = () => binding.resources;
      },
    },
  });
  const lazy = await rig.create("lazy", 0);
  await lazy.unbind();
  expect(kept?.().aborted).toBe(true);
  expect(resources?.().disposed).toBe(true);
  await rig.end();
});

test("a release that never ends keeps neither the device nor the other releases", async () => {
  const rig = new Rig({ removeTimeout: 100 });
  const errors: string[] = [];
  rig.core.log.subscribe(({ level, message }) => void (level === "error" && errors.push(message)));
  await rig.register({
    more: {
      probe(_device, _id, { resources }) {
        resources.defer(() => void rig.log.push("first"));
        resources.defer(() => new Promise(() => undefined));
      },
    },
  });
  const device = await rig.create();
  await rig.run(device.unbind());
  expect(rig.runtime.now()).toBe(100);
  expect(rig.log).toContain("first");
  rig.nic.resources.defer(() => new Promise(() => undefined));
  await rig.run(device.destroy());
  await rig.run(rig.nic.destroy());
  expect(rig.runtime.now()).toBe(200);
  expect(errors).toEqual([
    "m.x.0: releasing a managed resource failed: ETIMEDOUT: release of a managed resource of m.x.0 by drv took longer than 100 ms",
    "nic0: releasing a managed resource failed: ETIMEDOUT: it took longer than 100 ms",
  ]);
  await rig.end();
});

test("a runtime PM callback that never ends is given up", async () => {
  const rig = new Rig({ removeTimeout: 100 });
  await rig.register({ more: { pm: { runtimeResume: () => new Promise(() => undefined) } } });
  const device = await rig.create();
  device.runtimePm.enable();
  await expect(rig.run(device.runtimePm.resumeAndGet())).rejects.toMatchObject({ code: "ETIMEDOUT" });
  expect(device.runtimePm.statusText).toBe("error");
  await rig.end();
});
