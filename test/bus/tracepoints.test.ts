import { BusError, defineAuxiliaryDriver, DriverCore, type TraceRecord } from "auxbus";
import { VirtualRuntime } from "@auxbus/testing";
import { expect, test } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

/** A record in a line: `probe m.x.0 drv ENOSPC 5 ms`. */
function line(record: TraceRecord): string {
  switch (record.point) {
    case "probe":
      return `probe ${record.device.name} ${record.driver.name} ${record.result} ${record.ms} ms`;
    case "remove":
      return `remove ${record.device.name} ${record.driver.name} ${record.ms} ms`;
    case "rpm":
      return `rpm ${record.device.name} ${record.status}`;
    case "system":
      return `system ${record.status}`;
  }
}

class TraceRig extends Rig {
  readonly records: TraceRecord[] = [];
  readonly subscription: Disposable = this.core.tracepoints.subscribe((record) => void this.records.push(record));

  /** What was told since the last time. */
  traced(): string[] {
    return this.records.splice(0).map(line);
  }
}

test("the end of a probe and of a remove, with their durations", async () => {
  const rig = new TraceRig();
  await rig.register({ takes: 5, actions: 1 });
  const device = await rig.run(rig.create());
  expect(rig.records).toMatchObject([{ point: "probe", device, driver: device.driver, error: undefined, time: 5 }]);
  expect(rig.traced()).toEqual(["probe m.x.0 drv bound 5 ms"]);
  await rig.runtime.advance(10);
  await rig.run(device.unbind());
  expect(rig.records).toMatchObject([{ time: 20 }]);
  expect(rig.traced()).toEqual(["remove m.x.0 drv 5 ms"]);
  await rig.end();
  expect(rig.traced(), "nothing was bound").toEqual([]);
});

test("managed resources belong to the remove; records stand where the uevents do", async () => {
  const rig = new TraceRig();
  rig.core.tracepoints.subscribe((record) => void rig.log.push(line(record)));
  await rig.register({
    more: {
      probe: (_device, _id, { resources }) => resources.defer(() => rig.after(3)),
      remove: () => rig.after(4),
    },
  });
  const device = await rig.create();
  await rig.run(device.destroy());
  expect(rig.since().filter((each) => !each.startsWith("release"))).toEqual([
    "add drv",
    "add m.x.0",
    "probe m.x.0 drv bound 0 ms",
    "bind m.x.0",
    "remove m.x.0 drv 7 ms",
    "unbind m.x.0",
    "remove m.x.0",
  ]);
  await rig.end();
});

test("a probe that fails, defers or takes too long, each with its error", async () => {
  const rig = new TraceRig({ probeTimeout: 50 });
  await rig.register({ takes: 5, probe: ["ENODEV", "EPROBE_DEFER"] }, "a");
  await rig.register({ probe: ["ENOSPC", "ENODEV"] }, "b");
  await rig.register({ more: { probe: () => rig.after(100) } }, "c");
  const device = await rig.run(rig.create());
  expect(rig.records.map((record) => record.point === "probe" && record.error)).toEqual([
    expect.any(BusError),
    expect.objectContaining({ code: "ENOSPC", message: expect.stringContaining("as the test wants") }),
    expect.objectContaining({ code: "ETIMEDOUT" }),
  ]);
  expect(rig.traced()).toEqual([
    "probe m.x.0 a ENODEV 5 ms",
    "probe m.x.0 b ENOSPC 0 ms",
    "probe m.x.0 c ETIMEDOUT 50 ms",
  ]);
  await rig.run(device.attach());
  expect(rig.traced()[0]).toBe("probe m.x.0 a EPROBE_DEFER 5 ms");
  await rig.end();
});

test("a driver whose files cannot be made was not bound", async () => {
  const rig = new TraceRig();
  await rig.register({
    more: {
      deviceAttributes() {
        throw new BusError("ENOMEM", "no room for files");
      },
    },
  });
  await rig.create();
  expect(rig.traced()).toEqual(["probe m.x.0 drv ENOMEM 0 ms"]);
  await rig.end();
});

test("a probe that was never tried is told only when an operator would ask about it", async () => {
  const rig = new TraceRig();
  const supplier = await rig.create("supplier");
  await rig.register({ name: "supplier", ids: ["m.supplier"] });
  await rig.run(supplier.unbind());
  await rig.register({ name: "versions", ids: [], more: { idTable: [{ name: "m.versioned", contract: "^2.0" }] } });
  const consumer = rig.core.auxiliary.init(rig.nic, { module: "m", name: "x", id: 0 });
  rig.core.link(consumer, supplier);
  await consumer.add();
  rig.traced();
  await rig.register();
  expect(rig.traced(), "a supplier is missing").toEqual(["probe m.x.0 drv EPROBE_DEFER 0 ms"]);
  await rig.core.auxiliary.create(rig.nic, { module: "m", name: "versioned", version: "1.0.0" });
  expect(rig.records).toMatchObject([{ error: { message: expect.stringMatching(/works with \^2\.0/) } }]);
  expect(rig.traced(), "the contract").toEqual(["probe m.versioned.0 drv.versions EPROTONOSUPPORT 0 ms"]);
  await rig.run(rig.core.auxiliary.bind("drv.supplier", "m.supplier.0"));
  await rig.run(rig.core.settle());
  expect(rig.traced()).toEqual(["probe m.supplier.0 drv.supplier bound 0 ms", "probe m.x.0 drv bound 0 ms"]);
  expect(await outcome(rig.core.auxiliary.bind("drv", "m.x.0"))).toBe("EBUSY");
  expect(rig.traced(), "bound already").toEqual([]);
  await rig.end();
});

test("a test's first probe and remove are not told (DEBUG_TEST_DRIVER_REMOVE)", async () => {
  const rig = new TraceRig({ testDriverRemove: true });
  await rig.register({ takes: 5 });
  await rig.run(rig.create());
  expect(rig.traced()).toEqual(["probe m.x.0 drv bound 5 ms"]);
  await rig.end();
});

test("every status of runtime PM", async () => {
  const rig = new TraceRig();
  let fails: "EBUSY" | "EIO" | undefined;
  const op = async (): Promise<void> => {
    if (fails !== undefined) throw new BusError(fails, "as the test wants");
  };
  await rig.register({ more: { pm: { runtimeSuspend: op, runtimeResume: op } } });
  const device = await rig.create();
  const { runtimePm: pm } = device;
  pm.enable();
  rig.traced();
  await rig.run(pm.getSync());
  expect(rig.traced()).toEqual(["rpm m.x.0 resuming", "rpm m.x.0 active"]);
  fails = "EBUSY";
  await rig.run(outcome(pm.putSync()));
  expect(rig.traced(), "the driver would not").toEqual(["rpm m.x.0 suspending", "rpm m.x.0 active"]);
  fails = "EIO";
  await rig.run(outcome(pm.suspend()));
  expect(rig.traced(), "the driver could not").toEqual(["rpm m.x.0 suspending", "rpm m.x.0 error"]);
  await pm.disable();
  pm.setActive();
  expect(rig.traced(), "it goes on").toEqual(["rpm m.x.0 active"]);
  pm.setSuspended();
  pm.enable();
  await rig.run(outcome(pm.resume()));
  expect(rig.traced()).toEqual(["rpm m.x.0 suspended", "rpm m.x.0 resuming", "rpm m.x.0 error"]);
  await pm.disable();
  await rig.run(device.unbind());
  expect(rig.traced(), "the next driver begins anew").toEqual(["rpm m.x.0 suspended", "remove m.x.0 drv 0 ms"]);
  await rig.end();
});

test("the system sleeps and wakes; a suspend that fails is neither", async () => {
  const rig = new TraceRig();
  let fails = true;
  await rig.register({
    more: {
      pm: {
        suspend() {
          if (fails) throw new BusError("EBUSY", "not now");
        },
      },
    },
  });
  await rig.create();
  rig.traced();
  expect(await rig.run(outcome(rig.core.power.suspend()))).toBe("EBUSY");
  expect(rig.traced()).toEqual([]);
  fails = false;
  await rig.run(rig.core.power.suspend());
  expect(rig.traced()).toEqual(["system suspended"]);
  await rig.run(rig.core.power.resume());
  expect(rig.traced()).toEqual(["system active"]);
  await rig.end();
});

test("a subscriber that throws is logged and stops nothing", async () => {
  const rig = new Rig();
  const errors: unknown[] = [];
  rig.core.log.subscribe(({ level, message, error }) => void (level === "error" && errors.push([message, error])));
  const failure = new Error("the disk is full");
  rig.core.tracepoints.subscribe(() => {
    throw failure;
  });
  const heard: string[] = [];
  rig.core.tracepoints.subscribe((record) => void heard.push(line(record)));
  await rig.register();
  expect((await rig.create()).driver?.name).toBe("drv");
  expect(errors).toEqual([["a subscriber of tracepoints failed: the disk is full", failure]]);
  expect(heard).toEqual(["probe m.x.0 drv bound 0 ms"]);
  await rig.end();
});

test("one who comes or goes in the middle hears only of what has begun and ended meanwhile", async () => {
  const rig = new Rig();
  const { tracepoints } = rig.core;
  const heard: string[] = [];
  const fn = (record: TraceRecord): void => void heard.push(line(record));
  await rig.register({ takes: 10 });
  const created = rig.create();
  await rig.runtime.advance(5);
  const first = tracepoints.subscribe(fn);
  const device = await rig.run(created);
  expect(heard, "it began before").toEqual([]);
  const second = tracepoints.subscribe(fn);
  const unbinding = device.unbind();
  first[Symbol.dispose]();
  await rig.run(unbinding);
  expect(heard.splice(0), "each is a subscription of its own").toEqual(["remove m.x.0 drv 10 ms"]);
  const attaching = device.attach();
  await rig.runtime.advance(5);
  second[Symbol.dispose]();
  using _third = tracepoints.subscribe(fn);
  await rig.run(attaching);
  expect(heard, "nobody has listened between").toEqual([]);
  await rig.end();
});

test("nobody listens: nobody looks at the clock", async () => {
  let looks = 0;
  class Clock extends VirtualRuntime {
    override now(): number {
      looks++;
      return super.now();
    }
  }
  const core = new DriverCore({ runtime: new Clock() });
  const driver = defineAuxiliaryDriver({ idTable: [{ name: "m.x" }], probe() {} });
  const registered = await core.auxiliary.register(driver, { module: "drv" });
  const cycle = async (): Promise<void> => {
    const device = await core.auxiliary.create(nic, { module: "m", name: "x" });
    await device.destroy();
  };
  const nic = core.addRootDevice("nic0");
  // What a registration begins, the wait for deferred probes, looks at the clock.
  await cycle();
  looks = 0;
  await cycle();
  expect(looks).toBe(0);
  const subscription = core.tracepoints.subscribe(() => undefined);
  await cycle();
  expect(looks, "at each beginning and each end").toBe(4);
  subscription[Symbol.dispose]();
  await cycle();
  expect(looks).toBe(4);
  await registered.unregister();
  await nic.destroy();
});
