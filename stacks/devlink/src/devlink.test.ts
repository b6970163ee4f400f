import { BusError, DriverCore } from "auxbus";
import { VirtualRuntime } from "@auxbus/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { Devlink } from "./devlink.ts";
import type { DevlinkInstance, DevlinkOps } from "./instance.ts";

let runtime: VirtualRuntime;
let core: DriverCore;
let devlink: Devlink;
let log: string[];

beforeEach(() => {
  runtime = new VirtualRuntime();
  core = new DriverCore({ runtime });
  devlink = Devlink.of(core);
  log = [];
});

function make(ops: DevlinkOps = {}): DevlinkInstance {
  const instance = devlink.alloc(core.addRootDevice("nic"), ops);
  devlink.register(instance);
  return instance;
}

test("instances are seen while they are registered", async () => {
  devlink.subscribe(({ type, handle }) => void log.push(`${type} ${handle}`));
  const instance = make();
  expect(devlink.get("virtual/nic")).toBe(instance);
  expect(() => devlink.register(instance)).toThrow(/EEXIST/);
  expect(() => devlink.get("pci/none")).toThrow("ENODEV: there is no devlink instance pci/none; there are virtual/nic");
  await devlink.unregister(instance);
  await devlink.unregister(instance);
  expect(devlink.list()).toEqual([]);
  expect(log).toEqual(["new virtual/nic", "del virtual/nic"]);
});

describe("parameters", () => {
  test("driverinit waits for a reload, runtime does not", async () => {
    let speed = 10;
    const instance = make({
      reload: { actions: ["driver_reinit"], down: () => undefined, up: () => ["driver_reinit"] },
    });
    instance.params.register([
      { name: "enable", cmode: "driverinit", default: true },
      {
        name: "speed",
        cmode: "runtime",
        get: () => speed,
        set: (value) => void (speed = Number(value)),
        validate: (value) => {
          if (Number(value) > 100) throw new BusError("EOPNOTSUPP", "too fast");
        },
      },
    ]);
    await instance.params.set("enable", false);
    expect(instance.params.driverinit("enable")).toBe(true);
    await instance.params.set("enable", true);
    expect(instance.params.list()[0], "as it was").toEqual({ name: "enable", cmode: "driverinit", value: true });
    await instance.params.set("enable", false);
    await instance.reload();
    expect(instance.params.driverinit("enable")).toBe(false);
    await instance.params.set("speed", 20);
    expect(speed).toBe(20);
    await expect(instance.params.set("speed", 101)).rejects.toThrow("EOPNOTSUPP: too fast");
    await expect(instance.params.set("speed", "fast")).rejects.toThrow(/EINVAL: speed is a number, not "fast"/);
    await expect(instance.params.set("colour", 1)).rejects.toThrow(
      "EINVAL: there is no parameter colour; there are enable, speed",
    );
    expect(() => instance.params.register([{ name: "enable", cmode: "driverinit", default: 1 }])).toThrow(/EEXIST/);
  });
});

describe("reload", () => {
  test("down, up, and what was done; one that fails is remembered until one does not", async () => {
    let fails = true;
    const instance = make({
      reload: {
        actions: ["driver_reinit"],
        down: () => void log.push("down"),
        up: () => {
          log.push("up");
          if (fails) throw new BusError("EIO", "dead");
          return ["driver_reinit"];
        },
      },
    });
    await expect(instance.reload()).rejects.toThrow("EIO: dead");
    expect(instance.info()).toMatchObject({ reloadFailed: true, reloads: { driver_reinit: 0 } });
    fails = false;
    expect(await instance.reload()).toEqual(["driver_reinit"]);
    expect(instance.info()).toMatchObject({ reloadFailed: false, reloads: { driver_reinit: 1 } });
    await expect(instance.reload("fw_activate")).rejects.toMatchObject({ code: "EOPNOTSUPP" });
    expect(log).toEqual(["down", "up", "down", "up"]);
  });

  test("two at a time are one after the other", async () => {
    const wait = (): Promise<void> => new Promise((resolve) => void runtime.setTimer(resolve, 10));
    const instance = make({
      reload: {
        actions: ["driver_reinit"],
        down: async () => {
          log.push("down");
          await wait();
        },
        up: async () => {
          await wait();
          log.push("up");
          return ["driver_reinit"];
        },
      },
    });
    const both = Promise.all([instance.reload(), instance.reload()]);
    await runtime.advance(100);
    await both;
    expect(log).toEqual(["down", "up", "down", "up"]);
  });
});

test("what an instance has not is EOPNOTSUPP", async () => {
  const instance = make();
  for (const call of [
    () => instance.reload(),
    () => instance.setEswitchMode("switchdev"),
    () => instance.addPort({ flavour: "pcisf", pfnum: 0 }),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: "EOPNOTSUPP" });
  }
  await expect(instance.delPort(1)).rejects.toMatchObject({ code: "ENODEV" });
  expect(() => instance.reporter("fw")).toThrow(/ENOENT/);
});

describe("health", () => {
  test("recovers by itself, but not again within the grace period, nor while it is in error", async () => {
    const instance = make();
    const reporter = instance.createReporter({
      name: "fw",
      gracePeriod: 1000,
      recover: () => void log.push("recover"),
    });
    await reporter.report("first");
    expect(reporter.info()).toMatchObject({ state: "healthy", errors: 1, recoveries: 1, message: "first" });
    await runtime.advance(999);
    await expect(reporter.report("second")).rejects.toMatchObject({ code: "ECANCELED" });
    await runtime.advance(5000);
    await expect(reporter.report("third"), "still in error").rejects.toMatchObject({ code: "ECANCELED" });
    await reporter.recover();
    await reporter.recover();
    expect(log).toEqual(["recover", "recover"]);
    await runtime.advance(1000);
    await reporter.report("fourth");
    expect(reporter.info()).toMatchObject({ state: "healthy", errors: 4, recoveries: 3 });
  });

  test("is only counted where an operator wants no recovery", async () => {
    const reporter = make().createReporter({ name: "fw", gracePeriod: 0, recover: () => void log.push("recover") });
    reporter.autoRecover = false;
    await reporter.report("bad");
    expect(reporter.state).toBe("error");
    expect(log).toEqual([]);
  });

  test("that cannot be recovered stays in error", async () => {
    const reporter = make().createReporter({
      name: "fw",
      gracePeriod: 0,
      recover: () => Promise.reject(new Error("no")),
    });
    await expect(reporter.report("bad")).rejects.toThrow("no");
    expect(reporter.state).toBe("error");
  });
});
