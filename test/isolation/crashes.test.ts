import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CrashRecord } from "@auxbus/modules";
import type { AuxiliaryDevice } from "auxbus";
import { afterEach, describe, expect, test } from "vitest";
import { outcome } from "../support/rig.ts";
import { tempFolder } from "../temp-folder.ts";
import { KINDS, type Order, PuppetRig } from "./puppets.ts";

let rig: PuppetRig;

afterEach(() => rig.end());

/** The ways to end that need no help. */
const WAYS: readonly Order[] = ["exit", "throw", "reject", "kill", "oom"];

describe.each(KINDS)("a crash in a %s", (kind) => {
  const ways = WAYS.filter((way) => kind === "process" || way !== "kill");

  test.each(ways)("%s in probe: the device is unbound, and bound when it is started again", async (way) => {
    rig = new PuppetRig({ limits: { "*": { memory: 32 } } });
    await rig.load(kind);
    rig.puppeteer.tell("probe", way);
    rig.watchHosts(false);
    const adding = rig.core.auxiliary.create(rig.nic, { module: "m", name: "x", shared: rig.puppeteer });
    await rig.until(() => rig.errors.length > 0);
    rig.watchHosts(true);
    const device: AuxiliaryDevice = await rig.run(adding);
    expect(rig.errors[0]).toMatch(/^(worker|process) \d+ of puppet has crashed: /);
    await rig.recovered(device);
    expect(rig.puppeteer.held, "what the first probe has taken was given back").toBe(1);
    expect(device.runtimePm.usageCount).toBe(1);
    expect(await rig.run(device.call("echo", 1))).toEqual([1]);
  });

  test.each(ways)("%s in a call: the caller is told, others go on, nothing is left behind", async (way) => {
    rig = new PuppetRig({ limits: { "*": { memory: 32 } } });
    await rig.load(kind);
    await rig.register({ ids: ["m.other"] }, "neighbour");
    const other = await rig.create("other");
    const device = await rig.puppet();
    rig.since();
    rig.puppeteer.tell("handler", way);
    rig.watchHosts(false);
    const call = device.call("obey");
    await expect(call).rejects.toMatchObject({ code: "EIO", device: "m.x.0" });
    await rig.until(() => device.driver === null);
    expect(rig.puppeteer.held, "given back").toBe(0);
    expect(device.runtimePm.usageCount).toBe(0);
    expect(await outcome(device.call("echo", 1)), "nothing is bound").toBe("ENODEV");
    expect(rig.since()).toEqual(["unbind m.x.0"]);
    expect(other.driver?.name, "another driver does not notice").toBe("neighbour");
    rig.watchHosts(true);
    await rig.recovered(device);
    expect(rig.since()).toEqual(["bind m.x.0"]);
    expect(await rig.run(device.call("echo", 1))).toEqual([1]);
  });

  test("in remove: the device goes all the same", async () => {
    rig = new PuppetRig();
    await rig.load(kind);
    const device = await rig.puppet();
    rig.puppeteer.tell("remove", "exit");
    rig.watchHosts(false);
    await device.destroy();
    expect(device.state).toBe("released");
    expect(rig.puppeteer.held).toBe(0);
    rig.watchHosts(true);
    await rig.runtime.advance(1000);
    expect(rig.isolation.hosts()).toMatchObject([{ modules: ["puppet"], devices: [], crashes: 1 }]);
  });

  test("while nothing is going on: the device is bound again", async () => {
    rig = new PuppetRig();
    await rig.load(kind);
    const device = await rig.puppet();
    const before = await rig.run(device.call("where"));
    rig.puppeteer.tell("handler", "throw");
    rig.watchHosts(false);
    await outcome(device.call("obey"));
    rig.watchHosts(true);
    await rig.recovered(device);
    if (kind === "process") expect(await rig.run(device.call("where"))).not.toBe(before);
  });

  test("P12: silent for 60 s in a callback, it is ended; progress extends the time", async () => {
    rig = new PuppetRig();
    await rig.load(kind);
    rig.puppeteer.tell("probe", "progress 3", "never");
    const device = await rig.puppet();
    expect(rig.runtime.now(), "three times 50 s").toBe(150_000);
    expect(device.driver).not.toBeNull();
    await rig.run(device.unbind());
    const start = rig.runtime.now();
    await rig.run(outcome(device.attach()));
    expect(rig.runtime.now() - start).toBe(60_000);
    expect(rig.core.explain(device).drivers[0]).toMatchObject({
      code: "EIO",
      reason: expect.stringMatching(/silent for 60000 ms in probe of m\.x\.0/),
    });
    await rig.recovered(device);
  });

  test("P12: an endless loop is ended, too, and the bus goes on meanwhile", async () => {
    rig = new PuppetRig();
    await rig.load(kind);
    const device = await rig.puppet();
    const looping = new Promise((resolve) => (rig.puppeteer.onTold = resolve));
    rig.puppeteer.tell("handler", "loop");
    const call = outcome(device.call("obey"));
    expect(await looping).toBe("looping");
    rig.watchHosts(false);
    await rig.register({ ids: ["m.other"] }, "neighbour");
    expect((await rig.create("other")).driver?.name).toBe("neighbour");
    await rig.runtime.advance(59_999);
    expect(device.driver).not.toBeNull();
    await rig.runtime.advance(1);
    expect(await call).toBe("EIO");
    await rig.until(() => rig.errors.length > 0);
    expect(rig.errors[0]).toMatch(/has crashed: silent for 60000 ms in handler of m\.x\.0/);
    rig.watchHosts(true);
    await rig.recovered(device);
  });

  test("P14: a client that dies while it waits for its parent leaves no handle behind", async () => {
    rig = new PuppetRig();
    await rig.load(kind);
    const device = await rig.puppet();
    let waiting = false;
    let answer: (value: unknown) => void = () => undefined;
    rig.puppeteer.onReenter = () => {
      waiting = true;
      return new Promise((resolve) => (answer = resolve));
    };
    rig.watchHosts(false);
    const call = outcome(device.call("reenter", "wait"));
    await rig.until(() => waiting);
    await rig.isolation.kill("puppet");
    expect(await call).toBe("EIO");
    await rig.until(() => device.driver === null);
    answer("too late");
    expect(rig.puppeteer.held).toBe(0);
    expect(device.runtimePm.usageCount).toBe(0);
    rig.watchHosts(true);
    await rig.recovered(device);
  });

  test("a call that would wait for its own callback is refused, although the callback runs elsewhere", async () => {
    const { AsyncLocalStorage } = await import("node:async_hooks");
    const { VirtualRuntime } = await import("@auxbus/testing");
    rig = new PuppetRig({ runtime: new VirtualRuntime({ context: new AsyncLocalStorage() }) });
    await rig.load(kind);
    const device = await rig.puppet();
    rig.puppeteer.onReenter = (how) => (how === "call" ? device.call("echo", 1) : device.unbind());
    expect(await rig.run(device.call("reenter", "call"))).toBe("EDEADLK");
    expect(await rig.run(device.call("reenter", "unbind"))).toBe("EDEADLK");
    expect(await rig.run(device.call("echo", 1))).toEqual([1]);
  });
});

/** A subsystem that counts what it has handed out. */
class Counter {
  held = 0;
  taken = 0;

  take(): Disposable {
    this.held++;
    this.taken++;
    return new Taken(() => void this.held--);
  }
}

class Taken implements Disposable {
  #back: () => void;

  constructor(back: () => void) {
    this.#back = back;
  }

  [Symbol.dispose](): void {
    this.#back();
    this.#back = () => undefined;
  }
}

describe("P11: crash policy", () => {
  async function crash(device: AuxiliaryDevice): Promise<void> {
    rig.puppeteer.tell("handler", "exit");
    rig.watchHosts(false);
    await outcome(device.call("obey"));
    await rig.until(() => device.driver === null);
    rig.watchHosts(true);
  }

  const restarted = (device: AuxiliaryDevice): Promise<void> => rig.bound(device);

  test("the device is back in a new worker after a while that doubles", async () => {
    rig = new PuppetRig({ policy: { most: 10 } });
    await rig.load("worker");
    const device = await rig.puppet();
    const [first] = rig.isolation.hosts();
    for (const wait of [100, 200, 400, 800]) {
      await crash(device);
      await rig.runtime.advance(wait - 1);
      expect(device.driver).toBeNull();
      expect(rig.core.explain(device).summary).toMatch(/^unbound/);
      await rig.runtime.advance(1);
      expect(device.driver?.name).toBe("puppet");
    }
    expect(rig.isolation.hosts()[0]?.name).not.toBe(first?.name);
    expect(rig.isolation.hosts()[0]?.crashes).toBe(4);
  });

  test("at the second crash of a shared worker its drivers get workers of their own", async () => {
    rig = new PuppetRig();
    await rig.load("worker", "puppet");
    await rig.load("worker", "second", "second.js");
    const [x, z] = [await rig.puppet("x"), await rig.puppet("z")];
    expect(rig.isolation.hosts().map(({ modules }) => modules)).toEqual([["puppet", "second"]]);
    await crash(x);
    await restarted(x);
    await restarted(z);
    expect(
      rig.isolation.hosts().map(({ modules }) => modules),
      "once is no reason",
    ).toEqual([["puppet", "second"]]);
    await crash(x);
    await restarted(x);
    await restarted(z);
    expect(new Set(rig.isolation.hosts().map(({ modules }) => modules.join()))).toEqual(new Set(["puppet", "second"]));
    rig.since();
    await crash(x);
    expect(z.driver?.name, "the innocent one does not notice any more").toBe("second");
    await restarted(x);
    expect(rig.since()).toEqual(["unbind m.x.0", "bind m.x.0"]);
  });

  test("five crashes in 30 minutes park the device, with the reason; the operator can reset it", async () => {
    rig = new PuppetRig();
    await rig.load("worker");
    const device = await rig.puppet();
    for (let i = 1; i < 5; i++) {
      await crash(device);
      await restarted(device);
    }
    await crash(device);
    await rig.runtime.advance(60_000);
    expect(device.driver).toBeNull();
    expect(rig.isolation.parked()).toMatchObject([{ device: "m.x.0", driver: "puppet" }]);
    expect(rig.core.explain(device).summary).toMatch(
      /parked after 5 crashes of puppet in 30 minutes, the last one: exit code 3; reset the device to try again/,
    );
    await rig.run(device.attach());
    expect(device.driver, "trying again by hand does not help").toBeNull();
    const other = await rig.puppet("y");
    expect(other.driver?.name, "another device of the same driver does not suffer").toBe("puppet");
    await rig.run(rig.isolation.reset("m.x.0"));
    expect(device.driver?.name).toBe("puppet");
    expect(rig.isolation.parked()).toEqual([]);
    await expect(rig.isolation.reset("m.nobody.0")).rejects.toMatchObject({ code: "ENODEV" });
  });

  test("a crash is told when it has been counted: which modules, which devices, whether they are parked", async () => {
    rig = new PuppetRig({ policy: { most: 2 } });
    const crashes: CrashRecord[] = [];
    const drivers: (string | undefined)[] = [];
    rig.isolation.subscribe(() => {
      throw new Error("the disk is full");
    });
    const subscription = rig.isolation.subscribe((record) => {
      crashes.push(record);
      drivers.push(...record.lost.map(({ device }) => device.driver?.name));
    });
    await rig.load("worker");
    await rig.load("worker", "second", "second.js");
    const [x, y, z] = [await rig.puppet("x"), await rig.puppet("y"), await rig.puppet("z")];
    const [host] = rig.isolation.hosts();
    await crash(x);
    expect(crashes).toEqual([
      {
        host: host?.name,
        modules: ["puppet", "second"],
        why: "exit code 3",
        lost: [
          { device: x, module: "puppet", parked: false },
          { device: y, module: "puppet", parked: false },
          { device: z, module: "second", parked: false },
        ],
        time: 0,
      },
    ]);
    expect(drivers, "they are still to be unbound").toEqual(["puppet", "puppet", "second"]);
    expect(rig.errors).toContain("a listener of crashes failed: the disk is full");
    await restarted(x);
    await restarted(z);
    await rig.run(y.destroy());
    await crash(x);
    expect(crashes[1]).toMatchObject({
      lost: [
        { device: x, parked: true },
        { device: z, parked: true },
      ],
      time: rig.runtime.now(),
    });
    expect(rig.isolation.parked().map(({ device }) => device)).toEqual(["m.x.0", "m.z.0"]);
    subscription[Symbol.dispose]();
    for (const { name } of [x, z]) await rig.run(rig.isolation.reset(name));
    await crash(x);
    expect(crashes).toHaveLength(2);
  });

  test("crashes that are longer ago do not count", async () => {
    rig = new PuppetRig();
    await rig.load("worker");
    const device = await rig.puppet();
    for (let i = 0; i < 12; i++) {
      await crash(device);
      await restarted(device);
      await rig.runtime.advance(8 * 60_000);
    }
    expect(rig.isolation.parked()).toEqual([]);
  });

  test.each(["exit", "throw"])(
    "a module whose init fails again and again (%s) is given up, until the operator resets it",
    async (order) => {
      const file = join(tempFolder(), "order");
      writeFileSync(file, "ok");
      rig = new PuppetRig();
      await rig.load("worker", "fickle", "fickle.js", { order: file });
      const device = await rig.puppet();
      writeFileSync(file, order);
      await crash(device);
      const tries = (): number =>
        rig.errors.filter((line) => line.startsWith("module fickle could not be started")).length;
      for (let i = 1; i <= 5; i++) {
        for (const end = performance.now() + 10_000; tries() < i && performance.now() < end;) {
          await rig.runtime.advance(50);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }
      await rig.runtime.advance(60_000);
      expect(tries()).toBe(5);
      await rig.run(device.attach());
      expect(rig.core.explain(device).summary).toMatch(
        /fickle could not be started again after 5 attempts, the last one: .*; reset the device to try again/,
      );
      writeFileSync(file, "ok");
      await rig.run(rig.isolation.reset(device.name));
      expect(device.driver?.name).toBe("fickle");
      expect(await rig.run(device.call("echo", 1))).toEqual([1]);
    },
  );

  test("what a module's init was given by a subsystem is given back when it crashes, and when it is unloaded", async () => {
    rig = new PuppetRig();
    const counter = new Counter();
    rig.core.services.get("testCounter", () => counter);
    await rig.load("worker", "second", "second.js", { counter: true });
    const device = await rig.puppet("z");
    expect(counter.held).toBe(1);
    await crash(device);
    await rig.runtime.runUntilIdle();
    expect(counter.held).toBe(0);
    await restarted(device);
    expect([counter.held, counter.taken]).toEqual([1, 2]);
    await rig.unload("second");
    expect(counter.held).toBe(0);
  });

  test("a device that comes while its driver is being started again waits, and is bound then", async () => {
    rig = new PuppetRig();
    await rig.load("worker");
    const device = await rig.puppet();
    await crash(device);
    const late = await rig.puppet("y");
    expect(late.driver).toBeNull();
    expect(rig.core.deferred.list().map(({ reason }) => reason)).toEqual(["puppet is being started again"]);
    await restarted(device);
    await rig.run(rig.core.settle());
    expect(late.driver?.name).toBe("puppet");
  });
});

describe("P10: driver hosts", () => {
  test("P10: DriverHostFailure: a driver host that fails takes the bindings of its drivers with it, and no more", async () => {
    rig = new PuppetRig({ policy: { most: 1 } });
    await rig.load("process");
    await rig.register({ ids: ["m.other"] }, "neighbour");
    const [device, other] = [await rig.puppet(), await rig.create("other")];
    rig.since();
    rig.watchHosts(false);
    await rig.isolation.kill("puppet");
    await rig.until(() => device.driver === null);
    expect(rig.since()).toEqual(["unbind m.x.0"]);
    expect([device.state, other.driver?.name]).toEqual(["added", "neighbour"]);
    rig.watchHosts(true);
  });

  test("P10: RemoveDuringDriverHostStartWithFailure: a device is removed while its driver's host is started and fails", async () => {
    rig = new PuppetRig();
    await rig.load("process");
    const device = await rig.puppet();
    rig.watchHosts(false);
    rig.puppeteer.tell("probe", "exit");
    await rig.isolation.kill("puppet");
    await rig.until(() => device.driver === null);
    // It is started again, and fails in the probe of the device that is being removed.
    const advancing = rig.runtime.advance(100);
    const removing = device.destroy();
    await advancing;
    await removing;
    expect(device.state).toBe("released");
    expect(rig.puppeteer.held).toBe(0);
    rig.watchHosts(true);
    // The next one works.
    await rig.bound(await rig.puppet("y"));
  });

  test("P10: BindFailureDuringRemove and OverlappingRemoveCalls with a host that dies in probe", async () => {
    rig = new PuppetRig();
    await rig.load("process");
    rig.puppeteer.tell("probe", "kill");
    rig.watchHosts(false);
    const adding = rig.core.auxiliary.create(rig.nic, { module: "m", name: "x", shared: rig.puppeteer });
    const device = rig.core.auxiliary.find("m.x.0");
    const results = Promise.all([adding.then((d) => outcome(d.destroy())), outcome(device?.delete() ?? adding)]);
    expect((await results).toSorted()).toEqual(["ENODEV", "ok"].toSorted());
    rig.watchHosts(true);
    await rig.runtime.advance(1000);
    device?.uninit();
    expect(rig.puppeteer.held).toBe(0);
  });

  test("a module whose init fails or ends its host is not loaded, and nothing of it is left", async () => {
    rig = new PuppetRig();
    for (const kind of KINDS) {
      for (const [file, code] of [
        ["bad-init.js", "ENOSPC"],
        ["exit-init.js", "EIO"],
        ["not-isolable.js", "EOPNOTSUPP"],
        ["missing.js", "ENOENT"],
      ] as const) {
        expect(await outcome(rig.run(rig.start(kind, "bad", file))), `${kind} ${file}`).toBe(code);
        expect(rig.isolation.hosts()).toEqual([]);
        expect([...rig.core.auxiliary.drivers()]).toEqual([]);
      }
    }
  });
});
