import { BusError, transfer } from "auxbus";
import { afterEach, describe, expect, test } from "vitest";
import { KINDS, Pet, PuppetRig } from "./puppets.ts";

let rig: PuppetRig;

afterEach(() => rig.end());

describe.each(KINDS)("a driver in a %s", (kind) => {
  test("is probed, called and removed as if it were here, in the kernel's order", async () => {
    rig = new PuppetRig();
    await rig.load(kind);
    const device = await rig.puppet();
    expect(rig.since()).toEqual(["add puppet", "add m.x.0", "bind m.x.0"]);
    expect(await rig.run(device.call("where"))).not.toBe(kind === "process" ? process.pid : -1);
    await rig.run(device.destroy());
    expect(rig.puppeteer.said).toEqual(["probe m.x.0", "aborted", "remove m.x.0", "released m.x.0"]);
    expect(rig.since()).toEqual(["unbind m.x.0", "remove m.x.0"]);
  });

  test("gets what its parent shares: methods, properties as they are now, objects of classes", async () => {
    rig = new PuppetRig();
    await rig.load(kind);
    const device = await rig.puppet();
    expect(await rig.run(device.call("shared", "version"))).toBe("1.0");
    expect(await rig.run(device.call("shared", "held"))).toBe(1);
    rig.puppeteer.take("by the test");
    expect(await rig.run(device.call("shared", "held"))).toBe(2);
    rig.puppeteer.held--;
    expect(await rig.run(device.call("shared", "nothing"))).toBeUndefined();
    rig.puppeteer.pet = new Pet("rex");
    expect(await rig.run(device.call("use", rig.puppeteer.pet))).toEqual(["rex", 42, true]);
    expect(await rig.run(device.call("keep", rig.puppeteer.pet))).toBe(true);
    expect(await rig.run(device.call("kept"))).toBe(rig.puppeteer.pet);
    expect(await rig.run(device.call("self"))).toBe(device);
  });

  test.each([
    ["nothing", []],
    ["primitives", [1, "two", true, null, undefined, 3n, Number.NaN]],
    ["lists and records", [[1, [2, { three: [3] }]], { a: { b: undefined }, list: [] }]],
    ["dates, maps, sets, patterns", [new Date(5), new Map([["k", { v: 1 }]]), new Set([1, 2]), /x/gi]],
    ["bytes", [new Uint8Array([1, 2, 3]), new Float64Array([1.5]), new ArrayBuffer(4)]],
  ])("%s go there, on to the parent, and back unchanged", async (_what, args) => {
    rig = new PuppetRig();
    await rig.load(kind);
    const device = await rig.puppet();
    expect(await rig.run(device.call("echo", ...args))).toEqual(args);
    expect(await rig.run(device.call("ask", ...args))).toEqual(args);
  });

  test("errors keep their code, reason, place and cause", async () => {
    rig = new PuppetRig();
    await rig.load(kind);
    const device = await rig.puppet();
    rig.puppeteer.tell("handler", "fail ENOSPC");
    const failed = rig.run(device.call("obey"));
    await expect(failed).rejects.toBeInstanceOf(BusError);
    await expect(failed).rejects.toMatchObject({ code: "ENOSPC", reason: "as it was told", device: "m.x.0" });
    const sent = new BusError("EIO", "outer", { cause: new TypeError("inner") });
    const [back] = (await rig.run(device.call("echo", sent))) as [BusError];
    expect(back).toMatchObject({ code: "EIO", reason: "outer", name: "BusError" });
    expect(back.cause).toMatchObject({ name: "TypeError", message: "inner" });
    await expect(rig.run(device.call("callBack", () => Promise.reject(sent)))).rejects.toMatchObject({ code: "EIO" });
    // In real time, as files are.
    await expect(device.call("read", "/nowhere")).rejects.toMatchObject({
      code: kind === "process" ? "ERR_ACCESS_DENIED" : "ENOENT",
    });
  });

  test("functions are called where they are; abort signals abort there, with their reason", async () => {
    rig = new PuppetRig();
    await rig.load(kind);
    const device = await rig.puppet();
    expect(await rig.run(device.call("callBack", (a: number, b: number) => a + b, 1, 2))).toBe(3);
    const methods = {
      factor: 3,
      times(n: number): number {
        return this.factor * n;
      },
    };
    expect(await rig.run(device.call("echo", methods))).toMatchObject([{ factor: 3, times: methods.times }]);
    const controller = new AbortController();
    const waiting = device.call("waitFor", controller.signal);
    await rig.runtime.runUntilIdle();
    controller.abort(new BusError("ECANCELED", "enough"));
    expect(await rig.run(waiting)).toEqual({ code: "ECANCELED", message: "ECANCELED: enough" });
    expect(await rig.run(device.call("waitFor", controller.signal))).toMatchObject({ code: "ECANCELED" });
  });

  test("what cannot cross is an error that says so, and nothing else is disturbed", async () => {
    rig = new PuppetRig();
    await rig.load(kind);
    const device = await rig.puppet();
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    for (const bad of [circle, Symbol("s"), Promise.resolve(1)]) {
      await expect(rig.run(device.call("echo", bad))).rejects.toMatchObject({ code: "EINVAL" });
    }
    await expect(rig.run(device.call("nonsense"))).rejects.toMatchObject({ code: "EOPNOTSUPP" });
    expect(await rig.run(device.call("echo", 1))).toEqual([1]);
  });

  test("a part of a large buffer goes without the rest", async () => {
    rig = new PuppetRig();
    await rig.load(kind);
    const device = await rig.puppet();
    const [part] = (await rig.run(device.call("echo", new Uint8Array(1000).subarray(10, 20)))) as [Uint8Array];
    expect(part.byteLength).toBe(10);
    expect(part.buffer.byteLength).toBeLessThan(100);
  });

  test("system sleep, shutdown and the parent's own suspend reach it", async () => {
    rig = new PuppetRig();
    await rig.load(kind);
    const device = await rig.puppet();
    await rig.run(rig.core.power.suspend());
    await rig.run(rig.core.power.resume());
    await rig.run(device.suspend("D3"));
    await rig.run(device.resume());
    await rig.run(rig.core.shutdown());
    expect(rig.puppeteer.said.slice(1)).toEqual([
      "pm suspend m.x.0",
      "pm resume m.x.0",
      "suspend D3 m.x.0",
      "resume m.x.0",
      "shutdown m.x.0",
    ]);
  });

  test("a probe that fails leaves nothing there or here; deferral is deferral", async () => {
    rig = new PuppetRig();
    await rig.load(kind);
    rig.puppeteer.tell("probe", "fail EIO", "fail EPROBE_DEFER");
    const device = await rig.puppet();
    expect(device.driver).toBeNull();
    expect(rig.puppeteer.held).toBe(0);
    expect(rig.core.explain(device).drivers[0]).toMatchObject({ code: "EIO", verdict: "failed" });
    await rig.run(device.attach());
    expect(rig.core.deferred.list()).toHaveLength(1);
    await rig.puppet("y");
    await rig.run(rig.core.settle());
    expect(device.driver?.name).toBe("puppet");
  });
});

test("buffers are handed over to a worker, not copied", async () => {
  rig = new PuppetRig();
  await rig.load("worker");
  const device = await rig.puppet();
  const bytes = new Uint8Array(1000).fill(7);
  expect(await rig.run(device.call("length", transfer(bytes)))).toBe(1000);
  expect(bytes.byteLength, "it is there now").toBe(0);
  const kept = new Uint8Array(1000);
  expect(await rig.run(device.call("length", kept))).toBe(1000);
  expect(kept.byteLength).toBe(1000);
});
