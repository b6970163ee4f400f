import { AsyncLocalStorage } from "node:async_hooks";
import type { AuxiliaryDevice } from "auxbus";
import { VirtualRuntime } from "@auxbus/testing";
import { describe, expect, test } from "vitest";
import { outcome, type Outcome, Rig } from "../support/rig.ts";

type Attempt = (rig: Rig, device: AuxiliaryDevice) => Promise<unknown>;

const ATTEMPTS: Readonly<Record<string, Attempt>> = {
  delete: (_, device) => device.delete(),
  unbind: (_, device) => device.unbind(),
  "unbind by name": (rig, device) => rig.core.auxiliary.unbind("drv", device.name),
  rescan: (rig, device) => rig.core.auxiliary.rescan(device.name),
  call: (_, device) => device.call("poke"),
  "unregister the driver": (rig) => rig.core.auxiliary.unregister("drv"),
  "register another driver that matches": (rig) => rig.register({}, "other"),
};

/** Where a callback may try it. */
const PLACES = ["probe", "handler", "remove"] as const;

async function tryIn(
  place: (typeof PLACES)[number],
  attempt: Attempt,
  late: boolean,
  runtime?: VirtualRuntime,
): Promise<Outcome | undefined> {
  const rig = new Rig({}, runtime);
  let result: Outcome | undefined;
  const here = async (device: AuxiliaryDevice): Promise<void> => {
    if (late) await rig.after(1);
    result ??= await outcome(attempt(rig, device));
  };
  await rig.core.auxiliary.register(
    rig.driver({
      more: {
        ...(place === "probe" ? { probe: here } : {}),
        ...(place === "remove" ? { remove: here } : {}),
        handlers: { poke: place === "handler" ? here : () => undefined },
      },
    }),
    { module: "drv" },
  );
  const device = await rig.run(rig.create());
  if (place === "handler") await rig.run(device.call("poke"));
  if (place === "remove") await rig.run(device.unbind());
  await rig.end();
  return result;
}

function expected(place: (typeof PLACES)[number], name: string): Outcome {
  // In a probe there is no driver yet that could be unbound by its name, in a remove none that could be called.
  if ((place === "probe" && name === "unbind by name") || (place === "remove" && name === "call")) return "ENODEV";
  // A device that has a driver is not tried on another one.
  if (place !== "probe" && name === "register another driver that matches") return "ok";
  return "EDEADLK";
}

describe.each(PLACES)("a call from a driver's %s that would wait for it is EDEADLK", (place) => {
  test.each(Object.entries(ATTEMPTS))("%s, before the first await", async (name, attempt) => {
    expect(await tryIn(place, attempt, false)).toBe(expected(place, name));
  });

  test.each(Object.entries(ATTEMPTS))("%s, after an await, with a call context", async (name, attempt) => {
    const runtime = new VirtualRuntime({ context: new AsyncLocalStorage() });
    expect(await tryIn(place, attempt, true, runtime)).toBe(expected(place, name));
  });
});

test("without a call context, a callback that waits for itself ends by its deadline", async () => {
  const rig = new Rig({ probeTimeout: 200 });
  const errors: string[] = [];
  rig.core.log.subscribe(({ level, message }) => void (level === "error" && errors.push(message)));
  await rig.register({
    more: {
      async probe(device) {
        await rig.after(1);
        await device.delete();
      },
    },
  });
  const device = await rig.run(rig.create());
  expect(rig.runtime.now()).toBe(200);
  expect(errors).toEqual(["m.x.0: probe with driver drv failed with error ETIMEDOUT"]);
  await rig.runtime.runUntilIdle();
  expect(device.state, "the delete went on once the probe was given up").toBe("deleted");
  device.uninit();
  await rig.end();
});

test("two callbacks that wait for each other's device: the second wait is EDEADLK", async () => {
  const rig = new Rig({}, new VirtualRuntime({ context: new AsyncLocalStorage() }));
  const results: string[] = [];
  const devices: AuxiliaryDevice[] = [];
  await rig.register({
    more: {
      handlers: {
        async cross(device: AuxiliaryDevice) {
          await rig.after(1);
          const other = devices[device.id === 0 ? 1 : 0];
          results.push(`${device.name} ${await outcome(other?.unbind() ?? Promise.resolve())}`);
        },
      },
    },
  });
  devices.push(await rig.create("x", 0), await rig.create("x", 1));
  await rig.run(Promise.all(devices.map((device) => device.call("cross"))));
  expect(results.toSorted()).toEqual(["m.x.0 ok", "m.x.1 EDEADLK"]);
  await rig.end();
});

test("a consumer that unbinds its supplier from its own callback is told, and both stay", async () => {
  const rig = new Rig({}, new VirtualRuntime({ context: new AsyncLocalStorage() }));
  const supplier = await rig.create("s", 0);
  const results: string[] = [];
  await rig.register({ name: "s", ids: ["m.s"], more: { handlers: { poke: () => void results.push("poked") } } });
  await rig.register({
    name: "c",
    ids: ["m.c"],
    more: {
      handlers: {
        early: async () => void results.push(await outcome(supplier.unbind())),
        late: async () => {
          await rig.after(1);
          results.push(await outcome(supplier.unbind()));
        },
      },
    },
  });
  const consumer = rig.core.auxiliary.init(rig.nic, { module: "m", name: "c", id: 0 });
  rig.core.link(consumer, supplier);
  await consumer.add();
  await consumer.call("early");
  await rig.run(consumer.call("late"));
  expect(results).toEqual(["EDEADLK", "EDEADLK"]);
  expect([supplier.driver?.name, consumer.driver?.name]).toEqual(["drv.s", "drv.c"]);
  await supplier.call("poke");
  expect(results.at(-1)).toBe("poked");
  await supplier.unbind();
  expect(consumer.driver).toBeNull();
  await rig.end();
});

test("what a callback only asks for, to happen after it, is no deadlock", async () => {
  const rig = new Rig({}, new VirtualRuntime({ context: new AsyncLocalStorage() }));
  let removed: Promise<void> | undefined;
  await rig.register({
    more: {
      handlers: {
        gone: (device: AuxiliaryDevice) =>
          rig.runtime.defer(() => void (removed = rig.runtime.context?.run(null, () => device.destroy()))),
      },
    },
  });
  const device = await rig.create();
  await device.call("gone");
  await rig.runtime.runUntilIdle();
  await removed;
  expect(device.state).toBe("released");
  await rig.end();
});

test("a callback may publish children and work on other devices", async () => {
  const rig = new Rig({}, new VirtualRuntime({ context: new AsyncLocalStorage() }));
  await rig.register({ ids: ["m.child"], name: "child" });
  await rig.register({
    more: {
      async probe(device, _id, { resources }) {
        await rig.after(1);
        resources.use(await rig.create("child", 0, device));
      },
    },
  });
  const device = await rig.run(rig.create());
  expect([...device.children()].map((child) => [child.path, child.driver?.name])).toEqual([
    ["/devices/nic0/m.x.0/m.child.0", "drv.child"],
  ]);
  await rig.run(device.destroy());
  await rig.end();
});
