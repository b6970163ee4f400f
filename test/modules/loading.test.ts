import { afterEach, describe, expect, test } from "vitest";
import { outcome } from "../support/rig.ts";
import { Shelf, type ShelfBus, since } from "./shelf.ts";

let bus: ShelfBus;

afterEach(async () => {
  await bus.modules.shutdown();
  expect(bus.modules.lsmod()).toEqual([]);
});

const failing = (what: string): string => `
export function init() { throw Object.assign(new Error("as it always does"), { code: ${JSON.stringify(what)} }); }
export function exit() { globalThis.auxbusTest.push("exit of what was not loaded"); }`;

describe("modprobe", () => {
  test("dependencies come before, and are kept; soft ones before and after, if they are there", async () => {
    const shelf = new Shelf(
      { name: "@acme/base" },
      { name: "core-lib", dependencies: ["@acme/base", "left-pad"] },
      { name: "card", dependencies: ["core-lib"], auxbus: { softdep: { pre: ["early", "nowhere"], post: ["late"] } } },
      { name: "early" },
      { name: "late" },
      { name: "left-pad", auxbus: null },
    );
    bus = await shelf.bus();
    await bus.modules.modprobe("card");
    expect(since()).toEqual(["init early", "init @acme/base", "init core-lib", "init card", "init late"]);
    expect(bus.modules.lsmod().map(({ name, refs, usedBy }) => [name, refs, usedBy.join()])).toEqual([
      ["early", 0, ""],
      ["base", 1, "core_lib"],
      ["core_lib", 1, "card"],
      ["card", 0, ""],
      ["late", 0, ""],
    ]);
    await bus.modules.modprobe("core-lib");
    await bus.modules.modprobe("core_lib");
    expect(since(), "it is loaded already").toEqual([]);
  });

  test("by alias: all that it names, in order; the blacklist stops aliases, not names", async () => {
    const shelf = new Shelf(
      { name: "a", auxbus: { aliases: ["pci:v00008086d*"] } },
      { name: "b", auxbus: { aliases: ["pci:v*d0000A0C8*"] } },
      { name: "c", auxbus: { aliases: ["pci:*"] } },
    );
    bus = await shelf.bus({ blacklist: ["b"] });
    await bus.modules.modprobe("pci:v00008086d0000A0C8sv1");
    expect(since()).toEqual(["init a", "init c"]);
    await bus.modules.modprobe("b");
    expect(since()).toEqual(["init b"]);
    await expect(bus.modules.modprobe("usb:v1")).rejects.toMatchObject({ code: "ENOENT" });
    await expect(bus.modules.modprobe("nobody")).rejects.toThrow(/module nobody not found among the 3/);
  });

  test("an init that fails: what was loaded for it goes again, and the error keeps its code", async () => {
    const shelf = new Shelf(
      { name: "shared" },
      { name: "only" },
      { name: "bad", dependencies: ["shared", "only"], code: failing("ENOSPC") },
      { name: "worse", dependencies: ["bad"] },
    );
    bus = await shelf.bus();
    await bus.modules.modprobe("shared");
    since();
    await expect(bus.modules.modprobe("worse")).rejects.toMatchObject({ code: "ENOSPC", message: "as it always does" });
    expect(since()).toEqual(["init only", "exit only"]);
    expect(bus.modules.lsmod()).toMatchObject([{ name: "shared", refs: 0 }]);
  });

  test("modules that depend on each other are named", async () => {
    bus = await new Shelf({ name: "a", dependencies: ["b"] }, { name: "b", dependencies: ["a"] }).bus();
    await expect(bus.modules.modprobe("a")).rejects.toThrow(/EDEADLK: modules depend on each other: a → b → a/);
    expect(bus.names).toEqual([]);
    const both = await Promise.all(["a", "b"].map((name) => codeOf(bus.modules.modprobe(name))));
    expect(both, "also when each is asked for by somebody else").toEqual(["EDEADLK", "EDEADLK"]);
    expect(bus.names).toEqual([]);
  });

  test("many at once load a module once; all wait for it, and all hear when it fails", async () => {
    const slow = (name: string): string =>
      `export async function init() { await new Promise((r) => setImmediate(r)); globalThis.auxbusTest.push("init ${name}"); }
       export function exit() {}`;
    bus = await new Shelf(
      { name: "base", code: slow("base") },
      { name: "x", dependencies: ["base"] },
      { name: "y", dependencies: ["base"] },
      { name: "bad", code: failing("EIO") },
    ).bus();
    await Promise.all(["x", "y", "base", "x"].map((name) => bus.modules.modprobe(name)));
    expect(since().toSorted()).toEqual(["init base", "init x", "init y"]);
    expect(await Promise.all([1, 2, 3].map(() => codeOf(bus.modules.modprobe("bad"))))).toEqual(["EIO", "EIO", "EIO"]);
  });

  test("what is no module, or cannot be imported, is told by name", async () => {
    bus = await new Shelf(
      { name: "odd", code: "export const init = 5;" },
      { name: "broken", code: "import 'nothing-like-this';" },
    ).bus();
    await expect(bus.modules.modprobe("odd")).rejects.toThrow(/EINVAL: odd is no module/);
    await expect(bus.modules.modprobe("broken")).rejects.toThrow(/ENOENT: cannot import .*broken\/index\.js/);
  });
});

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => "ok",
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : "none"),
  );
}

describe("rmmod", () => {
  test("of a module in use is refused, and says by whom; -r takes what nobody needs any more", async () => {
    bus = await new Shelf(
      { name: "base" },
      { name: "mid", dependencies: ["base"] },
      { name: "top", dependencies: ["mid"] },
    ).bus();
    await bus.modules.modprobe("top");
    await expect(bus.modules.rmmod("mid")).rejects.toThrow(/EBUSY: module mid is in use by top/);
    await expect(bus.modules.rmmod("nobody")).rejects.toMatchObject({ code: "ENOENT" });
    since();
    await bus.modules.remove("top");
    expect(since()).toEqual(["exit top", "exit mid", "exit base"]);
    await bus.modules.modprobe("base");
    await bus.modules.modprobe("top");
    since();
    await bus.modules.remove("top");
    expect(since(), "base was asked for by name").toEqual(["exit top", "exit mid"]);
    await bus.modules.rmmod("base");
    expect(bus.names).toEqual([]);
  });

  test("a module with init and without exit stays; one that fails in its exit goes", async () => {
    bus = await new Shelf(
      { name: "sticky", code: "export function init() {}" },
      { name: "rude", code: "export function init() {} export function exit() { throw new Error('no'); }" },
    ).bus();
    await bus.modules.modprobe("sticky");
    await expect(bus.modules.rmmod("sticky")).rejects.toThrow(/EBUSY: module sticky has no exit/);
    await bus.modules.modprobe("rude");
    await bus.modules.rmmod("rude");
    expect(bus.warnings).toEqual(["module rude failed in its exit: no"]);
    expect(bus.names).toEqual(["sticky"]);
  });

  test("shutdown unloads users before what they use, pinned or not", async () => {
    bus = await new Shelf({ name: "base" }, { name: "top", dependencies: ["base"] }, { name: "other" }).bus();
    for (const name of ["top", "other"]) await bus.modules.modprobe(name);
    since();
    await bus.modules.shutdown();
    expect(since()).toEqual(["exit other", "exit top", "exit base"]);
  });
});

describe("parameters", () => {
  const params = {
    on: { type: "bool", default: true },
    size: { type: "uint", writable: true, default: 4 },
    shift: { type: "int" },
    ratio: { type: "number" },
    label: { type: "string", writable: true },
  };

  test("are typed, checked, defaulted, and seen live by the module", async () => {
    const code = `let p; export function init({ params }) { p = params; globalThis.auxbusTest.push(JSON.stringify(p)); }
      export function exit() { globalThis.auxbusTest.push(JSON.stringify(p)); try { p.size = 1; } catch { globalThis.auxbusTest.push("frozen"); } }`;
    bus = await new Shelf({ name: "m", auxbus: { params }, code }).bus({
      params: { m: { on: "n", label: "from bus" } },
    });
    await bus.modules.modprobe("m", { shift: "-0x10", ratio: "2.5", size: "010" });
    await bus.modules.setParam("m", "size", "77");
    await bus.modules.rmmod("m");
    expect(since()).toEqual([
      '{"on":false,"size":8,"label":"from bus","shift":-16,"ratio":2.5}',
      '{"on":false,"size":77,"label":"from bus","shift":-16,"ratio":2.5}',
      "frozen",
    ]);
  });

  test.each([
    [{ on: "maybe" }, /EINVAL: parameter on of module m is a bool/],
    [{ size: "-1" }, /EINVAL: parameter size of module m is a whole number of at least 0, not "-1"/],
    [{ size: "4294967296" }, /ERANGE: parameter size of module m is from 0 to 4294967295/],
    [{ shift: "1.5" }, /EINVAL/],
    [{ ratio: "" }, /EINVAL/],
    [{ colour: "red" }, /EINVAL: module m has no parameter colour; there are on, size, shift, ratio, label/],
  ])("%j is refused before the module is loaded", async (given, why) => {
    bus = await new Shelf({ name: "m", auxbus: { params } }).bus();
    await expect(bus.modules.modprobe("m", given)).rejects.toThrow(why);
    expect(since()).toEqual([]);
    expect(bus.names).toEqual([]);
  });

  test("only writable ones can be written, and the module may refuse a value", async () => {
    bus = await new Shelf({ name: "m", auxbus: { params } }).bus();
    await bus.modules.modprobe("m");
    since();
    await bus.modules.setParam("m", "size", 9);
    expect(since()).toEqual(["m.size=9"]);
    await expect(bus.modules.setParam("m", "on", "0")).rejects.toMatchObject({ code: "EACCES" });
    await expect(bus.modules.setParam("m", "size", "many")).rejects.toMatchObject({ code: "EINVAL" });
    await expect(bus.modules.setParam("m", "size", 666)).rejects.toThrow("not that");
    await expect(bus.modules.setParam("n", "size", 1)).rejects.toMatchObject({ code: "ENOENT" });
    expect(bus.modules.lsmod()[0]?.params).toEqual({ on: true, size: 9 });
  });
});

describe("autoload", () => {
  const alias = (name: string): { aliases: string[] } => ({ aliases: [`auxiliary:nic.${name}`] });
  const driver = (module: string, id: string): string => `
    export const driver = { idTable: [{ name: "${id}" }], probe(d) { globalThis.auxbusTest.push("${module} probes " + d.name); } };`;

  test("a device loads what its modalias names, once, and is bound", async () => {
    bus = await new Shelf(
      { name: "eth", auxbus: alias("eth"), code: driver("eth", "nic.eth") },
      { name: "eth-helper", auxbus: alias("eth") },
      { name: "rdma", auxbus: alias("rdma"), code: driver("rdma", "nic.rdma") },
    ).bus();
    const nic = bus.core.addRootDevice("nic0");
    const early = await bus.core.auxiliary.create(nic, { module: "nic", name: "rdma" });
    bus.modules.autoload.start();
    const devices = await Promise.all(
      [1, 2, 3].map(() => bus.core.auxiliary.create(nic, { module: "nic", name: "eth" })),
    );
    expect(
      devices.map((device) => device.driver),
      "not within the add",
    ).toEqual([null, null, null]);
    await bus.settle();
    expect(since().toSorted(), "each once").toEqual([
      "eth probes nic.eth.0",
      "eth probes nic.eth.1",
      "eth probes nic.eth.2",
      "init eth-helper",
      "rdma probes nic.rdma.0",
    ]);
    expect(early.driver?.name).toBe("rdma");
    await bus.modules.rmmod("eth");
    await bus.settle();
    expect(bus.names.includes("eth"), "an unbind loads nothing").toBe(false);
    await nicGone(nic, [...devices, early]);
  });

  test("not what is on the blacklist; what fails is logged, and the rest goes on", async () => {
    bus = await new Shelf(
      { name: "never", auxbus: alias("eth") },
      { name: "broken", auxbus: alias("eth"), code: failing("EIO") },
      { name: "good", auxbus: alias("eth") },
    ).bus({ blacklist: ["never"] });
    bus.modules.autoload.start();
    const nic = bus.core.addRootDevice("nic0");
    const device = await bus.core.auxiliary.create(nic, { module: "nic", name: "eth" });
    await bus.settle();
    expect(bus.names).toEqual(["good"]);
    expect(bus.warnings).toEqual(["auxiliary:nic.eth: module broken was not loaded: as it always does (EIO)"]);
    bus.modules.autoload.stop();
    await bus.modules.rmmod("good");
    const second = await bus.core.auxiliary.create(nic, { module: "nic", name: "eth" });
    await bus.settle();
    expect(bus.names).toEqual([]);
    await nicGone(nic, [second, device]);
  });

  async function nicGone(
    nic: { destroy(): Promise<void> },
    children: readonly { destroy(): Promise<void> }[],
  ): Promise<void> {
    for (const child of children) await child.destroy();
    await nic.destroy();
  }
});

test("a listener that throws is logged and changes nothing", async () => {
  bus = await new Shelf({ name: "eth", code: "export function init() {}\nexport function exit() {}" }).bus();
  const changes: string[] = [];
  const listener = (_name: string, change: string): void => void changes.push(change);
  bus.modules.subscribe(() => {
    throw new Error("the disk is full");
  });
  const once = bus.modules.subscribe(listener);
  const twice = bus.modules.subscribe(listener);
  await bus.modules.modprobe("eth");
  once[Symbol.dispose]();
  await bus.modules.upgrade("eth");
  twice[Symbol.dispose]();
  await bus.modules.rmmod("eth");
  expect(changes).toEqual(["loaded", "loaded", "upgraded"]);
  expect(bus.warnings).toEqual(Array.from({ length: 3 }, () => "a listener of modules failed: the disk is full"));
});

describe("upgrade beside the bus", () => {
  const version = (n: number, more = ""): string => `
    export const driver = {
      idTable: [{ name: "nic.eth" }],
      probe(device, _id, { handover }) { ${more} device.driverData = { count: (handover?.count ?? 0) + ${n} }; },
      handover: (device) => ({ count: device.driverData.count }),
      handlers: { count: (device) => device.driverData.count },
    };`;

  test("the new code takes the devices over with their state; when it cannot, the old one goes on", async () => {
    const shelf = new Shelf({ name: "eth", code: version(1) });
    bus = await shelf.bus();
    const changes: string[] = [];
    bus.modules.subscribe((name, change) => void changes.push(`${change} ${name} ${bus.modules.lsmod()[0]?.version}`));
    await bus.modules.modprobe("eth");
    const nic = bus.core.addRootDevice("nic0");
    const device = await bus.core.auxiliary.create(nic, { module: "nic", name: "eth" });
    expect(await device.call("count")).toBe(1);
    shelf.put({ name: "eth", version: "2.0.0", code: version(10) });
    bus.modules.setIndex(await shelf.index());
    expect(await bus.modules.upgrade("eth")).toEqual(["nic.eth.0"]);
    expect(await device.call("count")).toBe(11);
    expect(bus.modules.lsmod()[0]?.version).toBe("2.0.0");
    shelf.put({
      name: "eth",
      version: "3.0.0",
      code: version(100, 'throw Object.assign(new Error("no"), { code: "ENOSPC" });'),
    });
    bus.modules.setIndex(await shelf.index());
    expect(await outcome(bus.modules.upgrade("eth"))).toBe("ENOSPC");
    expect(bus.modules.lsmod()[0]?.version).toBe("2.0.0");
    expect(changes, "one that fails is none").toEqual(["loaded eth 1.0.0", "upgraded eth 2.0.0"]);
    expect(device.driver?.name).toBe("eth");
    await device.destroy();
    await nic.destroy();
  });
});
