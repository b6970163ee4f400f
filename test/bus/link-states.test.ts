import type { AuxiliaryDevice, DeviceLink, LinkState } from "auxbus";
import { expect, test } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

interface Ends {
  readonly rig: Rig;
  readonly supplier: AuxiliaryDevice;
  readonly consumer: AuxiliaryDevice;
}

async function ends(): Promise<Ends> {
  const rig = new Rig();
  return { rig, supplier: await rig.create("s", 0), consumer: await rig.create("c", 0) };
}

const supplierDriver = { name: "s", ids: ["m.s"] };
const consumerDriver = { name: "c", ids: ["m.c"] };

test("a new link begins in the state that its ends are in", async () => {
  const { rig, supplier, consumer } = await ends();
  const states: Record<string, LinkState> = {};
  const look = (when: string): void => {
    const link = rig.core.link(consumer, supplier);
    states[when] = link.state;
    link.remove();
  };
  look("none bound");
  await rig.core.auxiliary.register(
    rig.driver({
      ...supplierDriver,
      more: { probe: () => look("supplier probing"), remove: () => look("supplier unbinding") },
    }),
    { module: "drv" },
  );
  look("supplier bound");
  await rig.core.auxiliary.register(
    rig.driver({
      ...consumerDriver,
      more: { probe: () => look("consumer probing"), remove: () => look("consumer unbinding") },
    }),
    { module: "drv" },
  );
  look("both bound");
  await consumer.unbind();
  await supplier.unbind();
  expect(states).toEqual({
    "none bound": "dormant",
    "supplier probing": "dormant",
    "supplier bound": "available",
    "consumer probing": "consumer probing",
    "both bound": "active",
    "consumer unbinding": "available",
    "supplier unbinding": "supplier unbinding",
  });
  await rig.end();
});

test("a probe that finds a second supplier missing lets the first one be", async () => {
  const { rig, supplier, consumer } = await ends();
  const second = await rig.create("t", 0);
  const first = rig.core.link(consumer, supplier);
  const missing = rig.core.link(consumer, second);
  await rig.register(supplierDriver);
  await rig.register(consumerDriver);
  expect([first.state, missing.state]).toEqual(["available", "dormant"]);
  expect(rig.core.explain(consumer).waitsFor).toBe("supplier m.t.0 not ready");
  await rig.register({ name: "t", ids: ["m.t"] });
  await rig.run(rig.core.settle());
  expect([first.state, missing.state]).toEqual(["active", "active"]);
  await rig.end();
});

/** Both probes run; in the consumer's, a link is made to the supplier, which has given it something already. */
async function linkWhileBothProbe(
  supplierFails: boolean,
): Promise<Ends & { readonly link: DeviceLink; readonly states: LinkState[] }> {
  const all = await ends();
  const { rig, supplier } = all;
  const states: LinkState[] = [];
  const links: DeviceLink[] = [];
  const first = rig.register({ ...supplierDriver, takes: 10, probe: [supplierFails ? "EIO" : "ok"] });
  const second = rig.core.auxiliary.register(
    rig.driver({
      ...consumerDriver,
      more: {
        async probe(device) {
          await rig.after(5);
          const link = rig.core.link(device, supplier);
          links.push(link);
          states.push(link.state);
          await rig.after(10);
          states.push(link.state);
        },
      },
    }),
    { module: "drv" },
  );
  await rig.run(Promise.all([first, second]));
  const [link] = links;
  if (link === undefined) throw new Error("the consumer was not probed");
  return { ...all, link, states };
}

test("a consumer may be ahead of its supplier's probe", async () => {
  const { rig, link, states } = await linkWhileBothProbe(false);
  expect(states).toEqual(["consumer probing", "consumer probing"]);
  expect(link.state).toBe("active");
  await rig.end();
});

test("a supplier whose probe fails after all leaves its links dormant", async () => {
  const { rig, states } = await linkWhileBothProbe(true);
  expect(states).toEqual(["consumer probing", "dormant"]);
  await rig.end();
});

test("a stateless link that is asked for again stays as it is", async () => {
  const { rig, supplier, consumer } = await ends();
  const link = rig.core.link(consumer, supplier, { stateless: true });
  expect(rig.core.link(consumer, supplier, { stateless: true })).toBe(link);
  expect(link.state).toBe("not tracked");
  link.remove();
  expect(rig.core.explain(consumer).suppliers).toHaveLength(1);
  link.remove();
  link.remove();
  expect(rig.core.explain(consumer).suppliers).toEqual([]);
  await rig.end();
});

test("a cycle is printed by the way that leads to it, not by others", async () => {
  const { rig, supplier, consumer } = await ends();
  const aside = await rig.create("aside", 0);
  rig.core.link(supplier, aside);
  rig.core.link(supplier, consumer);
  expect(() => rig.core.link(consumer, supplier)).toThrow("depends on it: m.s.0 → m.c.0");
  await rig.end();
});

test("links of devices on no bus have an empty bus name, and say in sysfs what they power", async () => {
  const { rig, consumer } = await ends();
  const { sysfs } = rig.core;
  const pci = rig.core.addRootDevice("pci0");
  const link = rig.core.link(consumer, pci, { pmRuntime: true, stateless: true });
  expect(link.name).toBe(":pci0--auxiliary:m.c.0");
  expect(sysfs.list("devices/virtual/devlink")).toEqual([":pci0--auxiliary:m.c.0"]);
  expect(sysfs.read(`${link.path}/runtime_pm`)).toBe("1\n");
  expect(sysfs.exists("devices/virtual/devlink/nobody--nobody")).toBe(false);
  expect(sysfs.list("devices")).toEqual(["nic0", "pci0", "virtual"]);
  await pci.destroy();
  await rig.end();
});

test("an unused consumer does not bind while its supplier is being unbound", async () => {
  const { rig, supplier, consumer } = await ends();
  rig.core.link(consumer, supplier);
  await rig.run(rig.register({ ...supplierDriver, takes: 10 }));
  const unbinding = supplier.unbind();
  await rig.runtime.advance(5);
  await rig.register(consumerDriver);
  expect(consumer.driver).toBeNull();
  expect(await outcome(rig.core.auxiliary.bind("drv.c", "m.c.0"))).toBe("EAGAIN");
  await rig.run(unbinding);
  expect(rig.core.explain(consumer).suppliers).toEqual([{ device: "m.s.0", state: "dormant" }]);
  await rig.end();
});
