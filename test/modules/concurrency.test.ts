import { BusError, DriverCore } from "auxbus";
import { type ModuleIndex, Modules } from "@auxbus/modules";
import { VirtualRuntime } from "@auxbus/testing";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { Shelf, type ShelfBus, since } from "./shelf.ts";

let bus: ShelfBus;

afterEach(async () => {
  await bus.modules.shutdown();
  expect(bus.modules.lsmod()).toEqual([]);
});

/** What a promise came to: `ok`, or the error's code. */
async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => "ok",
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
  );
}

const tick = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 2));

/** Modules whose `init` and `exit` wait here until they are let go. */
class Gates {
  readonly #waiting = new Map<string, () => void>();

  constructor() {
    Object.assign(globalThis, { auxbusGate: (name: string) => this.#wait(name) });
  }

  #wait(name: string): Promise<void> {
    return new Promise((resolve) => void this.#waiting.set(name, resolve));
  }

  async reached(name: string): Promise<void> {
    for (let i = 0; !this.#waiting.has(name); i++) {
      if (i > 1000) throw new Error(`nobody waits at ${name}`);
      await tick();
    }
  }

  async open(name: string): Promise<void> {
    await this.reached(name);
    this.#waiting.get(name)?.();
    this.#waiting.delete(name);
  }
}

const gated = (name: string): string => `
export async function init() { await globalThis.auxbusGate("init ${name}"); globalThis.auxbusTest.push("init ${name}"); }
export async function exit() { await globalThis.auxbusGate("exit ${name}"); globalThis.auxbusTest.push("exit ${name}"); }`;

test("a circle that two callers enter at opposite ends is an error, not a wait without end", async () => {
  bus = await new Shelf({ name: "a", dependencies: ["b"] }, { name: "b", dependencies: ["a"] }).bus();
  const codes = await Promise.all([bus.modules.modprobe("a"), bus.modules.modprobe("b")].map(codeOf));
  expect(codes).toEqual(["EDEADLK", "EDEADLK"]);
  expect(bus.names).toEqual([]);
  await expect(bus.modules.modprobe("b")).rejects.toThrow(/EDEADLK: modules depend on each other: b → a → b/);
});

test("two that want each other beside them come up, whoever begins", async () => {
  bus = await new Shelf(
    { name: "a", auxbus: { softdep: { pre: ["b"] } } },
    { name: "b", auxbus: { softdep: { pre: ["a"] } } },
    { name: "c", auxbus: { softdep: { post: ["d"] } } },
    { name: "d", auxbus: { softdep: { post: ["c"] } } },
  ).bus();
  await Promise.all(["a", "b", "c", "d"].map((name) => bus.modules.modprobe(name)));
  expect(bus.names.toSorted()).toEqual(["a", "b", "c", "d"]);
  expect(since()).toHaveLength(4);
  expect(bus.warnings).toEqual([]);
});

test("a dependency is held from the moment when it is there", async () => {
  const gates = new Gates();
  bus = await new Shelf(
    { name: "base", auxbus: { softdep: { post: ["slow"] } } },
    { name: "slow", code: gated("slow") },
    { name: "top", dependencies: ["base"] },
  ).bus();
  const loading = bus.modules.modprobe("top");
  await gates.reached("init slow");
  await expect(bus.modules.rmmod("base")).rejects.toThrow(/EBUSY: module base is in use by top/);
  await gates.open("init slow");
  await loading;
  expect(bus.names).toEqual(["base", "slow", "top"]);
  const stopped = bus.modules.shutdown();
  await gates.open("exit slow");
  await stopped;
});

test("one that is just going is waited for, and loaded again", async () => {
  const gates = new Gates();
  bus = await new Shelf({ name: "base", code: gated("base") }, { name: "top", dependencies: ["base"] }).bus();
  const first = bus.modules.modprobe("base");
  await gates.open("init base");
  await first;
  const going = bus.modules.rmmod("base");
  const loading = bus.modules.modprobe("top");
  await gates.open("exit base");
  await going;
  await gates.open("init base");
  await loading;
  expect(since()).toEqual(["init base", "exit base", "init base", "init top"]);
  await expect(bus.modules.rmmod("base")).rejects.toMatchObject({ code: "EBUSY" });
  const stopped = bus.modules.shutdown();
  await gates.open("exit base");
  await stopped;
});

test("a module that is loading or going can be neither removed nor written", async () => {
  const gates = new Gates();
  const params = { size: { type: "uint", default: 1, writable: true } };
  bus = await new Shelf({ name: "m", auxbus: { params }, code: gated("m") }).bus();
  const loading = bus.modules.modprobe("m");
  await gates.reached("init m");
  await expect(bus.modules.rmmod("m")).rejects.toThrow(/EBUSY: module m is still being loaded/);
  expect(await codeOf(bus.modules.setParam("m", "size", 2))).toBe("EBUSY");
  await gates.open("init m");
  await loading;
  const going = bus.modules.rmmod("m");
  expect(await codeOf(bus.modules.setParam("m", "size", 2))).toBe("ENODEV");
  await gates.open("exit m");
  await going;
});

test("values are written one after the other, and a refused one leaves what was before", async () => {
  const params = { size: { type: "uint", default: 1, writable: true }, free: { type: "uint", writable: true } };
  const code = `
export function init() {} export function exit() {}
export async function paramChanged(name, value) {
  globalThis.auxbusTest.push("begin " + value);
  await new Promise((resolve) => setTimeout(resolve, value === 7 ? 10 : 0));
  globalThis.auxbusTest.push("end " + value);
  if (value === 7) throw new RangeError("not that");
}`;
  bus = await new Shelf({ name: "m", auxbus: { params }, code }).bus();
  await bus.modules.modprobe("m");
  const writing = [7, 8].map((value) => codeOf(bus.modules.setParam("m", "size", value)));
  const gone = bus.modules.rmmod("m");
  expect(await Promise.all(writing)).toEqual([expect.any(RangeError), "ok"]);
  await gone;
  expect(since(), "the module hears it all before it goes").toEqual(["begin 7", "end 7", "begin 8", "end 8"]);
  await bus.modules.modprobe("m");
  await Promise.all([7, 8].map((value) => codeOf(bus.modules.setParam("m", "size", value))));
  await codeOf(bus.modules.setParam("m", "free", 7));
  expect(bus.modules.lsmod()[0]?.params).toEqual({ size: 8 });
});

test("shutdown lets nobody in any more, and waits for those who are just coming", async () => {
  const gates = new Gates();
  bus = await new Shelf(
    { name: "base" },
    { name: "slow", dependencies: ["base"], code: gated("slow") },
    { name: "top", dependencies: ["slow"] },
  ).bus();
  const loading = codeOf(bus.modules.modprobe("top"));
  for (let i = 0; !since().includes("init base") && i < 1000; i++) await tick();
  const stopped = bus.modules.shutdown();
  await gates.open("init slow");
  await gates.open("exit slow");
  await stopped;
  expect(await loading).toBe("ESHUTDOWN");
  expect(since()).toEqual(["init slow", "exit slow", "exit base"]);
  expect(await codeOf(bus.modules.modprobe("base"))).toBe("ESHUTDOWN");
  expect(bus.warnings).toEqual([]);
});

test("shutdown takes those that nobody uses first, whatever came first", async () => {
  // Who keeps a module need not be one that depends on it: somebody has a file of it open.
  const first = `
let opened;
globalThis.auxbusOpen = (module) => { module.get("first"); opened = module; };
export function init() {}
export function exit() { opened.put("first"); globalThis.auxbusTest.push("exit first"); }`;
  const second = `
export function init({ module }) { globalThis.auxbusOpen(module); }
export function exit() { globalThis.auxbusTest.push("exit second"); }`;
  bus = await new Shelf({ name: "first", code: first }, { name: "second", code: second }).bus();
  for (const name of ["first", "second"]) await bus.modules.modprobe(name);
  await expect(bus.modules.rmmod("second")).rejects.toThrow(/EBUSY: module second is in use by first/);
  await bus.modules.shutdown();
  expect(since()).toEqual(["exit first", "exit second"]);
  expect(bus.warnings).toEqual([]);
});

test("what an upgrade works on is not taken away under it", async () => {
  const gates = new Gates();
  const shelf = new Shelf({ name: "m", code: gated("m") });
  bus = await shelf.bus();
  const loading = bus.modules.modprobe("m");
  await gates.open("init m");
  await loading;
  const upgrading = bus.modules.upgrade("m");
  await expect(bus.modules.rmmod("m")).rejects.toThrow(/EBUSY: module m is in use by its upgrade/);
  expect(await codeOf(bus.modules.upgrade("m"))).toBe("EBUSY");
  await gates.open("exit m");
  await gates.open("init m");
  await upgrading;
  const gone = bus.modules.rmmod("m");
  await gates.open("exit m");
  await gone;
});

test("who waits without end for a module is told why", async () => {
  const gates = new Gates();
  bus = await new Shelf({ name: "slow", code: gated("slow") }).bus();
  const loading = bus.modules.modprobe("slow");
  await gates.reached("init slow");
  await bus.runtime.advance(130_000);
  expect(bus.warnings).toEqual([
    "module slow: its init has not ended for 60 seconds; it is waited for",
    "module slow: its init has not ended for 120 seconds; it is waited for",
  ]);
  await gates.open("init slow");
  await loading;
  const going = bus.modules.rmmod("slow");
  await gates.reached("exit slow");
  await bus.runtime.advance(60_000);
  await gates.open("exit slow");
  await going;
  expect(bus.warnings.at(-1)).toBe("module slow: its exit has not ended for 60 seconds; it is waited for");
  expect(bus.runtime.timers).toBe(0);
});

test("a driver with an exit of its own: first the exit, then the driver goes", async () => {
  const code = `
export const driver = { idTable: [{ name: "nic.eth" }], probe() {}, remove() { globalThis.auxbusTest.push("remove"); } };
export function exit() { globalThis.auxbusTest.push("exit"); }`;
  bus = await new Shelf({ name: "eth", code }).bus();
  await bus.modules.modprobe("eth");
  const nic = bus.core.addRootDevice("nic0");
  const device = await bus.core.auxiliary.create(nic, { module: "nic", name: "eth" });
  await bus.modules.rmmod("eth");
  expect(since()).toEqual(["exit", "remove"]);
  expect([...bus.core.auxiliary.drivers()]).toEqual([]);
  await device.destroy();
  await nic.destroy();
});

test("a device can be announced again; parameters that a module sees are its own to read only", async () => {
  const code = `export function init({ params }) {
  const refused = [];
  for (const [name, fn] of Object.entries({
    set: () => { params.a = 2; },
    define: () => Object.defineProperty(params, "a", { value: 2 }),
    remove: () => { delete params.a; },
    freeze: () => Object.freeze(params),
    prototype: () => Object.setPrototypeOf(params, {}),
  })) try { fn(); } catch { refused.push(name); }
  globalThis.auxbusTest.push(refused.join(), params.a, typeof params.toString);
}
export function exit() {}`;
  const auxbus = { aliases: ["auxiliary:nic.eth"], params: { a: { type: "int", default: 1 } } };
  bus = await new Shelf({ name: "eth", auxbus, code }).bus();
  const nic = bus.core.addRootDevice("nic0");
  const device = await bus.core.auxiliary.create(nic, { module: "nic", name: "eth" });
  bus.modules.autoload.start();
  await bus.settle();
  expect(since()).toEqual(["set,define,remove,freeze,prototype", 1, "undefined"]);
  await bus.modules.rmmod("eth");
  await bus.core.sysfs.write("devices/nic0/nic.eth.0/uevent", "add");
  await bus.settle();
  expect(bus.names).toEqual(["eth"]);
  await device.destroy();
  await nic.destroy();
});

// Random operations, all at the same time.

const GRAPH: Readonly<Record<string, { deps?: string[]; pre?: string[]; post?: string[]; fails?: true }>> = {
  a: {},
  b: { deps: ["a"], post: ["e"] },
  c: { deps: ["a"], pre: ["e", "nowhere"] },
  d: { deps: ["b", "c"] },
  e: { post: ["b"] },
  f: { deps: ["d"], fails: true },
  g: { pre: ["f"], deps: ["e"], post: ["d"] },
};
const NAMES = Object.keys(GRAPH);

interface Step {
  readonly op: "modprobe" | "rmmod" | "remove" | "device" | "wait";
  readonly name: string;
}

/** Sees whether the modules are started and stopped as their dependencies allow. */
class Witness {
  readonly live = new Set<string>();
  readonly wrong: string[] = [];
  readonly #going = new Set<string>();

  async init(name: string, ticks: number): Promise<void> {
    if (this.live.has(name) || this.#going.has(name)) this.wrong.push(`${name} is started twice`);
    this.#going.add(name);
    for (const needed of GRAPH[name]?.deps ?? []) {
      if (!this.live.has(needed)) this.wrong.push(`${name} is started without ${needed}`);
    }
    for (let i = 0; i < ticks; i++) await new Promise((resolve) => void setImmediate(resolve));
    this.#going.delete(name);
    if (GRAPH[name]?.fails === true) throw new BusError("EIO", "as it always does");
    this.live.add(name);
  }

  async exit(name: string, ticks: number): Promise<void> {
    if (!this.live.delete(name)) this.wrong.push(`${name} is stopped, and was not live`);
    for (const user of NAMES) {
      if (GRAPH[user]?.deps?.includes(name) === true && (this.live.has(user) || this.#going.has(user))) {
        this.wrong.push(`${name} is stopped under ${user}`);
      }
    }
    this.#going.add(name);
    for (let i = 0; i < ticks; i++) await new Promise((resolve) => void setImmediate(resolve));
    this.#going.delete(name);
  }
}

test("whatever is asked for at the same time: counts are right, nothing is there twice, nothing hangs", async () => {
  const shelf = new Shelf(
    ...NAMES.map((name) => ({
      name,
      dependencies: GRAPH[name]?.deps ?? [],
      auxbus: {
        aliases: [`auxiliary:nic.${name}`],
        softdep: { pre: GRAPH[name]?.pre ?? [], post: GRAPH[name]?.post ?? [] },
      },
      code: `export const init = () => globalThis.auxbusWitness.init(); export const exit = () => 0;`.replaceAll(
        /init\(\)|=> 0/g,
        (what) => (what === "=> 0" ? `=> globalThis.auxbusWitness.exit("${name}")` : `init("${name}")`),
      ),
    })),
  );
  bus = await shelf.bus();
  const index = bus.modules.index;
  const step: fc.Arbitrary<Step> = fc.record({
    op: fc.constantFrom("modprobe", "rmmod", "remove", "device", "wait"),
    name: fc.constantFrom(...NAMES),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }),
      (steps, ticks) => once(index, steps, ticks),
    ),
    { numRuns: 150 },
  );
}, 60_000);

async function once(index: ModuleIndex, steps: readonly Step[], ticks: readonly number[]): Promise<void> {
  const witness = new Witness();
  const ticksOf = (name: string): number => ticks[NAMES.indexOf(name)] ?? 0;
  Object.assign(globalThis, {
    auxbusWitness: {
      init: (name: string) => witness.init(name, ticksOf(name)),
      exit: (name: string) => witness.exit(name, ticksOf(name)),
    },
  });
  const runtime = new VirtualRuntime();
  const core = new DriverCore({ runtime });
  const modules = new Modules(core, { index });
  modules.autoload.start();
  const nic = core.addRootDevice("nic0");
  const asked: Promise<unknown>[] = [];
  const devices: { destroy(): Promise<void> }[] = [];
  for (const [id, { op, name }] of steps.entries()) {
    if (op === "wait") {
      await runtime.runUntilIdle();
      await tick();
    } else if (op === "device") devices.push(await core.auxiliary.create(nic, { module: "nic", name, id }));
    else asked.push(codeOf(modules[op](name)));
  }
  const codes = Promise.all(asked);
  let done = false;
  void codes.then(() => (done = true));
  for (let i = 0; !done || modules.autoload.busy; i++) {
    if (i > 2000) throw new Error(`hangs: ${JSON.stringify(modules.lsmod())}`);
    await runtime.runUntilIdle();
    await tick();
  }
  for (const code of await codes) expect(["ok", "EBUSY", "ENOENT", "EIO"]).toContain(code);
  expect(witness.wrong).toEqual([]);
  const status = modules.lsmod();
  expect(status.map(({ name }) => name).toSorted()).toEqual([...witness.live].toSorted());
  for (const { name, state, refs, usedBy } of status) {
    const users = [...witness.live].filter((user) => GRAPH[user]?.deps?.includes(name) === true);
    expect({ name, state, refs, usedBy: usedBy.toSorted() }).toEqual({
      name,
      state: "live",
      refs: users.length,
      usedBy: users.toSorted(),
    });
  }
  await modules.shutdown();
  expect(witness.wrong).toEqual([]);
  expect([...witness.live]).toEqual([]);
  for (const device of devices) await device.destroy();
  await nic.destroy();
}
