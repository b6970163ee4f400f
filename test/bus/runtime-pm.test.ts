import { type AuxiliaryDevice, BusError } from "auxbus";
import { expect, test } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

interface Fails {
  suspend?: "EBUSY" | "EIO";
  resume?: "EBUSY" | "EIO";
}

async function device(rig: Rig, fails: Fails = {}, name = "x", parent = rig.nic): Promise<AuxiliaryDevice> {
  const op = (what: "suspend" | "resume") => async (d: AuxiliaryDevice) => {
    await rig.after(1);
    rig.log.push(`${what} ${d.name}`);
    const code = fails[what];
    if (code !== undefined) throw new BusError(code, "as the test wants");
  };
  await rig.register({
    name,
    ids: [`m.${name}`],
    more: { pm: { runtimeSuspend: op("suspend"), runtimeResume: op("resume") } },
  });
  const created = await rig.run(rig.create(name, 0, parent));
  rig.since();
  return created;
}

test("usage decides: the first use resumes, the last suspends", async () => {
  const rig = new Rig();
  const { runtimePm: pm } = await device(rig);
  expect(pm.statusText).toBe("unsupported");
  expect(await outcome(pm.getSync())).toBe("EACCES");
  expect(pm.usageCount, "as in the kernel, the user is counted").toBe(1);
  pm.putNoIdle();
  pm.enable();
  expect(() => pm.enable()).toThrow(/unbalanced/);
  expect(await rig.run(pm.getSync())).toBe(0);
  expect(await rig.run(pm.resumeAndGet())).toBe(1);
  expect(pm.status).toBe("active");
  expect(await rig.run(pm.putSync())).toBe(0);
  expect(pm.status).toBe("active");
  expect(await rig.run(outcome(pm.suspend()))).toBe("EAGAIN");
  expect(await rig.run(pm.putSync())).toBe(0);
  expect(pm.status).toBe("suspended");
  expect(await rig.run(pm.idle())).toBe(1);
  expect(await rig.run(pm.suspend())).toBe(1);
  expect(rig.since()).toEqual(["resume m.x.0", "suspend m.x.0"]);
  expect(() => pm.put()).toThrow(/underflow/);
  await pm.disable();
  expect(await outcome(pm.resumeAndGet())).toBe("EACCES");
  expect(pm.usageCount).toBe(0);
  await rig.end();
});

test("a change of status is waited for from its beginning, also by whoever the callback itself calls", async () => {
  const rig = new Rig();
  const resumed: Promise<unknown>[] = [];
  await rig.register({
    name: "sync",
    ids: ["m.sync"],
    more: {
      pm: {
        runtimeSuspend({ runtimePm }) {
          rig.log.push(`suspend, ${runtimePm.status}`);
          resumed.push(runtimePm.getSync());
          rig.log.push("suspended");
        },
        runtimeResume: ({ runtimePm }) => void rig.log.push(`resume, ${runtimePm.status}`),
      },
    },
  });
  const { runtimePm: pm } = await rig.run(rig.create("sync"));
  rig.since();
  pm.enable();
  await rig.run(pm.resume());
  await rig.run(Promise.all(resumed));
  expect(rig.since()).toEqual(["resume, resuming", "suspend, suspending", "suspended", "resume, resuming"]);
  expect(pm.status).toBe("active");
  await rig.run(pm.putSync());
  await rig.end();
});

test("parents are active while their children are", async () => {
  const rig = new Rig();
  const parent = await device(rig, {}, "parent");
  const child = await device(rig, {}, "child", parent);
  parent.runtimePm.enable();
  child.runtimePm.enable();
  await rig.run(child.runtimePm.getSync());
  expect(parent.runtimePm).toMatchObject({ status: "active", activeChildren: 1 });
  expect(await rig.run(outcome(parent.runtimePm.suspend()))).toBe("EBUSY");
  child.runtimePm.put();
  await rig.run(rig.core.settle());
  expect(rig.since()).toEqual(["resume m.parent.0", "resume m.child.0", "suspend m.child.0", "suspend m.parent.0"]);
  await rig.end();
});

test("autosuspend waits for the delay since the last use", async () => {
  const rig = new Rig();
  const { runtimePm: pm } = await device(rig);
  pm.setAutosuspendDelay(1000);
  pm.useAutosuspend(true);
  pm.enable();
  await rig.run(pm.getSync());
  await rig.runtime.advance(500);
  pm.markLastBusy();
  pm.putAutosuspend();
  await rig.runtime.advance(999);
  expect(pm.status).toBe("active");
  await rig.run(pm.getSync());
  pm.markLastBusy();
  pm.putAutosuspend();
  await rig.runtime.advance(999);
  expect(pm.status, "the delay began anew").toBe("active");
  await rig.runtime.advance(2);
  expect(pm.status).toBe("suspended");
  pm.setAutosuspendDelay(-1);
  await rig.run(pm.getSync());
  pm.putAutosuspend();
  await rig.runtime.advance(100_000);
  expect(pm.status, "a negative delay is for ever").toBe("active");
  pm.useAutosuspend(false);
  await rig.run(pm.suspend());
  await rig.end();
});

test("a callback that says busy leaves the device as it is, one that fails stops runtime PM", async () => {
  const rig = new Rig();
  const fails: Fails = { suspend: "EBUSY" };
  const { runtimePm: pm } = await device(rig, fails);
  pm.enable();
  await rig.run(pm.getSync());
  expect(await rig.run(outcome(pm.putSync()))).toBe("EBUSY");
  expect(pm.statusText).toBe("active");
  fails.suspend = "EIO";
  expect(await rig.run(outcome(pm.suspend()))).toBe("EIO");
  expect(pm.statusText).toBe("error");
  expect(await rig.run(outcome(pm.resume()))).toBe("EINVAL");
  pm.setActive();
  expect(pm.statusText).toBe("active");
  delete fails.suspend;
  await rig.run(pm.suspend());
  fails.resume = "EBUSY";
  expect(await rig.run(outcome(pm.resumeAndGet()))).toBe("EBUSY");
  expect(pm).toMatchObject({ statusText: "suspended", usageCount: 0 });
  await rig.end();
});

test("a status is declared only while runtime PM is off", async () => {
  const rig = new Rig();
  const parent = await device(rig, {}, "parent");
  const { runtimePm: pm } = await device(rig, {}, "child", parent);
  parent.runtimePm.enable();
  expect(() => pm.setActive()).toThrow(/EBUSY.*parent is not active/);
  await rig.run(parent.runtimePm.getSync());
  pm.setActive();
  pm.setActive();
  expect(parent.runtimePm.activeChildren).toBe(1);
  expect(await rig.run(pm.resume()), "it says so itself").toBe(1);
  pm.setSuspended();
  pm.enable();
  expect(() => pm.setSuspended()).toThrow(/EAGAIN/);
  parent.runtimePm.put();
  await rig.end();
});

test("forbid keeps a device active whatever its users do", async () => {
  const rig = new Rig();
  const { runtimePm: pm, path } = await device(rig);
  const { sysfs } = rig.core;
  const file = (name: string): string => `${path.slice(1)}/power/${name}`;
  pm.enable();
  await sysfs.write(file("control"), "on");
  await sysfs.write(file("control"), "on");
  await rig.run(rig.core.settle());
  expect(pm).toMatchObject({ status: "active", forbidden: true, usageCount: 1 });
  expect([sysfs.read(file("control")), sysfs.read(file("runtime_enabled"))]).toEqual(["on\n", "forbidden\n"]);
  await pm.disable();
  expect(sysfs.read(file("runtime_enabled"))).toBe("disabled & forbidden\n");
  pm.enable();
  await sysfs.write(file("control"), "auto\n");
  await sysfs.write(file("control"), "auto");
  await rig.run(rig.core.settle());
  expect(pm.status).toBe("suspended");
  expect(await outcome(sysfs.write(file("control"), "maybe"))).toBe("EINVAL");
  await rig.end();
});

test("a supplier that its leaving consumers are the first to use is used as often as it is let go", async () => {
  const rig = new Rig();
  const supplier = await device(rig, {}, "supplier");
  const consumer = await device(rig, {}, "consumer");
  consumer.runtimePm.enable();
  rig.core.link(consumer, supplier, { pmRuntime: true });
  await rig.run(supplier.unbind());
  expect(consumer.driver).toBe(null);
  expect(supplier.runtimePm.usageCount).toBe(0);
  await rig.end();
});

test("the supplier of a pmRuntime link is active while its consumer is", async () => {
  const rig = new Rig();
  const supplier = await device(rig, {}, "supplier");
  const consumer = await device(rig, {}, "consumer");
  supplier.runtimePm.enable();
  consumer.runtimePm.enable();
  const link = rig.core.link(consumer, supplier, { pmRuntime: true });
  await rig.run(consumer.runtimePm.getSync());
  await rig.run(consumer.runtimePm.putSync());
  await rig.run(rig.core.settle());
  expect(rig.since().filter((line) => /^(suspend|resume)/.test(line))).toEqual([
    "resume m.supplier.0",
    "resume m.consumer.0",
    "suspend m.consumer.0",
    "suspend m.supplier.0",
  ]);
  link.remove();
  const active = rig.core.link(consumer, supplier, { pmRuntime: true, rpmActive: true });
  await rig.run(rig.core.settle());
  expect(supplier.runtimePm.status).toBe("active");
  active.remove();
  await rig.run(rig.core.settle());
  expect(supplier.runtimePm.status).toBe("suspended");
  await rig.end();
});

test("binding and unbinding resume what they need, as the kernel does", async () => {
  const rig = new Rig();
  const parent = await device(rig, {}, "parent");
  parent.runtimePm.enable();
  const child = await device(rig, {}, "child", parent);
  await rig.run(rig.core.settle());
  expect(parent.runtimePm, "it was resumed for the probe of its child").toMatchObject({
    status: "suspended",
    usageCount: 0,
  });
  child.runtimePm.enable();
  rig.since();
  await rig.run(child.unbind());
  expect(rig.since().slice(0, 4)).toEqual([
    "resume m.parent.0",
    "resume m.child.0",
    "suspend m.child.0",
    "remove m.child.0",
  ]);
  await child.runtimePm.disable();
  await rig.run(rig.core.auxiliary.bind("drv.child", "m.child.0"));
  await rig.run(rig.core.settle());
  await rig.end();
});

test("transitions wait for one another", async () => {
  const rig = new Rig();
  const { runtimePm: pm } = await device(rig);
  pm.enable();
  const all = Promise.all([pm.getSync(), pm.getSync(), pm.getSync()]);
  expect(await rig.run(all)).toEqual([0, 1, 1]);
  pm.putNoIdle();
  pm.putNoIdle();
  const suspending = pm.putSync();
  await rig.runtime.runUntilIdle();
  const resuming = pm.resume();
  await rig.run(Promise.all([suspending, resuming]));
  expect(rig.since().slice(0, 3)).toEqual(["resume m.x.0", "suspend m.x.0", "resume m.x.0"]);
  await rig.run(rig.core.settle());
  pm.get();
  await rig.run(rig.core.settle());
  expect(pm.status).toBe("active");
  pm.put();
  await rig.run(rig.core.settle());
  expect(pm.status).toBe("suspended");
  expect(pm.times.suspended + pm.times.active).toBe(rig.runtime.now());
  await rig.end();
});

test("a runtimeIdle callback decides, and other errors of a request are logged", async () => {
  const rig = new Rig();
  const errors: string[] = [];
  rig.core.log.subscribe(({ level, message }) => void (level === "error" && errors.push(message)));
  let busy = true;
  await rig.register({
    more: {
      pm: {
        runtimeIdle() {
          if (busy) throw new BusError("EBUSY", "not now");
        },
        runtimeSuspend() {
          throw new TypeError("bad driver");
        },
      },
    },
  });
  const { runtimePm: pm } = await rig.create();
  pm.enable();
  await rig.run(pm.getSync());
  expect(await rig.run(outcome(pm.putSync()))).toBe("EBUSY");
  busy = false;
  pm.getNoResume();
  pm.put();
  await rig.run(rig.core.settle());
  expect(errors).toEqual(["m.x.0: runtime PM: bad driver"]);
  await rig.end();
});
