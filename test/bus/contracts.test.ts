import { type AuxiliaryDevice, BusError, defineAuxiliaryDriver } from "auxbus";
import { expect, test } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

declare module "auxbus" {
  interface Contracts {
    "t_bus.port": {
      readonly shared: {
        mac: string;
        send(text: string): Promise<string>;
        readonly stats: { frames(): number };
        readonly ready: Promise<string>;
        readonly bytes: Uint8Array;
      };
      readonly handlers: { event(code: number): string | Promise<string> };
    };
  }
}

class Port {
  mac = "02:00";
  sent: string[] = [];
  pending: ((answer: string) => void)[] = [];
  readonly stats = { frames: () => this.sent.length };
  readonly bytes = new Uint8Array([1, 2]);
  readonly ready = new Promise<string>((resolve) => this.pending.push(resolve));

  send(text: string): Promise<string> {
    this.sent.push(text);
    return new Promise((resolve) => this.pending.push(resolve));
  }
}

const publish = (rig: Rig, shared = new Port(), version = "1.2.0"): Promise<AuxiliaryDevice<"t_bus.port">> =>
  rig.core.auxiliary.create(rig.nic, { module: "t_bus", name: "port", shared, version });

test("a driver that asks for other versions is refused with the reason, the next one is tried", async () => {
  const rig = new Rig();
  const driver = (name: string, contract: string) =>
    defineAuxiliaryDriver({ name, idTable: [{ name: "t_bus.port", contract }], probe() {} });
  await rig.core.auxiliary.register(driver("old", "^0.9.0"), { module: "drv" });
  await rig.core.auxiliary.register(driver("new", ">=1.1 <2"), { module: "drv" });
  const device = await publish(rig);
  expect(device.driver?.name).toBe("drv.new");
  expect(rig.core.explain(device).drivers).toEqual([
    {
      driver: "drv.old",
      module: "drv",
      verdict: "refused",
      code: "EPROTONOSUPPORT",
      reason:
        "EPROTONOSUPPORT: t_bus.port.0 publishes contract version 1.2.0, driver drv.old works with ^0.9.0; update the one that is behind",
    },
    { driver: "drv.new", module: "drv", verdict: "bound", reason: "it has the device" },
  ]);
  await device.unbind();
  expect(await outcome(rig.core.auxiliary.bind("drv.old", "t_bus.port.0"))).toBe("EPROTONOSUPPORT");
  const unversioned = await rig.core.auxiliary.create(rig.nic, { module: "t_bus", name: "port", shared: new Port() });
  expect(unversioned.driver).toBeNull();
  expect(rig.core.explain(unversioned).summary).toContain("publishes no contract version");
  await expect(rig.core.auxiliary.register(driver("bad", "one point two"), { module: "drv" })).rejects.toThrow(
    /EINVAL: cannot register driver drv.bad: t_bus.port in its id table asks for contract one point two/,
  );
  await rig.end();
});

test("what the driver got stops working when it is unbound: methods, values, promises in flight", async () => {
  const rig = new Rig();
  const port = new Port();
  const kept: AuxiliaryDevice<"t_bus.port">["shared"][] = [];
  let atRemove = "";
  await rig.core.auxiliary.register(
    defineAuxiliaryDriver({
      idTable: [{ name: "t_bus.port", contract: "1.x" }],
      probe: (device) => void kept.push(device.shared),
      remove: (device) => {
        atRemove = device.shared.mac;
      },
    }),
    { module: "drv" },
  );
  const device = await publish(rig, port);
  const [handle] = kept;
  if (handle === undefined) throw new Error("no handle");
  expect(device.shared).toBe(handle);
  handle.mac = "02:01";
  expect(port.mac).toBe("02:01");
  expect(handle.stats.frames()).toBe(0);
  expect(handle.stats).toBe(handle.stats);
  expect(handle.bytes).toBe(port.bytes);
  expect(Object.keys(handle)).toContain("mac");
  const first = handle.send("one");
  port.pending[1]?.("answer");
  expect(await first).toBe("answer");
  const inFlight = outcome(handle.send("two"));
  const ready = outcome(handle.ready);
  const { send, stats } = handle;

  await device.unbind();
  expect(atRemove, "in remove it still works").toBe("02:01");
  expect([await inFlight, await ready], "never left").toEqual(["ENODEV", "ENODEV"]);
  for (const use of [
    () => handle.mac,
    () => send("three"),
    () => stats.frames(),
    () => (handle.mac = ""),
    () => device.shared,
  ]) {
    expect(use).toThrow(expect.objectContaining({ code: "ENODEV" }));
  }
  expect(port.sent).toEqual(["one", "two"]);
  await rig.core.auxiliary.bind("drv", "t_bus.port.0");
  expect(() => handle.mac, "the old handle stays dead").toThrow(BusError);
  expect(kept[1]?.mac).toBe("02:01");
  await rig.end();
});

test("shared may be a function or a plain value", async () => {
  const rig = new Rig();
  const got: unknown[] = [];
  await rig.register({ more: { probe: (device) => void got.push(device.shared) } });
  await rig.core.auxiliary.create(rig.nic, { module: "m", name: "x", shared: (n: number) => n + 1 });
  await rig.core.auxiliary.create(rig.nic, { module: "m", name: "x", shared: 42 });
  await rig.core.auxiliary.create(rig.nic, { module: "m", name: "x" });
  const [fn, value, nothing] = got;
  expect(typeof fn === "function" && fn(1)).toBe(2);
  expect(value).toBe(42);
  expect(nothing).toBeUndefined();
  await rig.end();
});

test("a call into the driver runs under the device's lock and only while bound", async () => {
  const rig = new Rig();
  const order: string[] = [];
  await rig.core.auxiliary.register(
    defineAuxiliaryDriver({
      idTable: [{ name: "t_bus.port", contract: "^1.0.0" }],
      probe() {},
      remove: () => void order.push("remove"),
      handlers: {
        async event(device, code) {
          order.push(`event ${code} begins`);
          await rig.after(10);
          order.push(`event ${code} ends`);
          return `${device.name} ${code}`;
        },
      },
    }),
    { module: "drv" },
  );
  const device = await publish(rig);
  const calls = [device.call("event", 1), device.call("event", 2)];
  const unbinding = device.unbind();
  const late = outcome(device.call("event", 3));
  expect(await rig.run(Promise.all(calls))).toEqual(["t_bus.port.0 1", "t_bus.port.0 2"]);
  await rig.run(unbinding);
  expect(order).toEqual(["event 1 begins", "event 1 ends", "event 2 begins", "event 2 ends", "remove"]);
  expect(await rig.run(late)).toBe("ENODEV");
  expect(await outcome(device.call("event", 4))).toBe("ENODEV");
  await rig.end();
});

test("calls to a driver that is being unbound are refused at once, and so are calls that it does not know", async () => {
  const rig = new Rig();
  await rig.register({ takes: 50 });
  const device = await rig.run(rig.create());
  expect(await outcome(device.call("nothing"))).toBe("EOPNOTSUPP");
  const unbinding = device.unbind();
  expect(await outcome(device.call("nothing"))).toBe("ENODEV");
  await rig.run(unbinding);
  await rig.end();
});

test("a handler that never answers is given up after its deadline", async () => {
  const rig = new Rig({ removeTimeout: 100 });
  await rig.register({ more: { handlers: { hang: () => new Promise(() => undefined) } } });
  const device = await rig.create();
  expect(await rig.run(outcome(device.call("hang")))).toBe("ETIMEDOUT");
  expect(rig.runtime.now()).toBe(100);
  await device.unbind();
  await rig.end();
});

test("publishers call a driver's own suspend and resume by hand", async () => {
  const rig = new Rig();
  const calls: unknown[] = [];
  await rig.register({
    more: {
      suspend: (device, state) => void calls.push([device.name, state]),
      resume: (device) => void calls.push(device.name),
    },
  });
  const device = await rig.create();
  const other = await rig.create("nobody");
  await device.suspend("D3");
  await device.resume();
  await other.suspend("D3");
  await rig.core.power.suspend();
  await rig.core.power.resume();
  expect(calls, "nobody else calls them").toEqual([["m.x.0", "D3"], "m.x.0"]);
  await rig.end();
});

test("unbinding a sleeping child whose parent calls into it on resuming does not wait for itself", async () => {
  const rig = new Rig();
  const calls: string[] = [];
  await rig.register({
    name: "child",
    ids: ["m.child"],
    more: { resume: () => void calls.push("resume"), handlers: { poke: () => undefined } },
  });
  let child: AuxiliaryDevice | undefined;
  const answers: string[] = [];
  await rig.register({
    name: "parent",
    ids: ["m.parent"],
    more: {
      pm: {
        async runtimeResume() {
          await child?.resume();
          if (child !== undefined) answers.push(await outcome(child.call("poke")));
        },
      },
    },
  });
  const parent = await rig.create("parent", 0);
  child = await rig.create("child", 0, parent);
  parent.runtimePm.enable();
  child.runtimePm.enable();
  await rig.run(child.unbind());
  expect(answers, "the child is on its way out").toEqual(["ENODEV"]);
  expect(calls).toEqual([]);
  expect(rig.runtime.now()).toBe(0);
  await rig.core.auxiliary.bind("drv.child", "m.child.0");
  await child.resume();
  expect(calls).toEqual(["resume"]);
  await rig.run(rig.core.settle());
  await rig.end();
});
