import type { AuxiliaryDevice } from "auxbus";
import { expect, test } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

interface Pair {
  readonly rig: Rig;
  readonly supplier: AuxiliaryDevice;
  readonly consumer: AuxiliaryDevice;
}

async function pair(
  options: Parameters<Rig["core"]["link"]>[2] = {},
): Promise<Pair & { readonly link: ReturnType<Rig["core"]["link"]> }> {
  const rig = new Rig();
  const consumer = await rig.create("c", 0);
  const supplier = await rig.create("s", 0);
  const link = rig.core.link(consumer, supplier, options);
  return { rig, supplier, consumer, link };
}

const supplierDriver = { name: "s", ids: ["m.s"] };
const consumerDriver = { name: "c", ids: ["m.c"] };

test("P9: a consumer never probes before its supplier, and unbinding the supplier first unbinds the consumer", async () => {
  const { rig, consumer, link } = await pair();
  expect(link.state).toBe("dormant");
  await rig.register(consumerDriver);
  expect(rig.since()).not.toContain("probe m.c.0");
  expect(rig.core.explain(consumer)).toMatchObject({
    waitsFor: "supplier m.s.0 not ready",
    suppliers: [{ device: "m.s.0", state: "dormant" }],
  });
  expect(await outcome(rig.core.auxiliary.rescan("m.c.0"))).toBe("EPROBE_DEFER");
  await rig.register(supplierDriver);
  await rig.run(rig.core.settle());
  expect(link.state).toBe("active");
  rig.since();
  await rig.core.auxiliary.unbind("drv.s", "m.s.0");
  expect(rig.since()).toEqual(["remove m.c.0", "unbind m.c.0", "remove m.s.0", "unbind m.s.0"]);
  expect(link.state).toBe("dormant");
  await rig.core.auxiliary.bind("drv.s", "m.s.0");
  expect(link.state).toBe("available");
  await rig.end();
});

test("P9: concurrent releases are safe", async () => {
  const { rig, consumer, supplier } = await pair();
  await rig.run(rig.register({ ...supplierDriver, takes: 10 }));
  await rig.run(rig.register({ ...consumerDriver, takes: 20 }));
  expect(supplier.driver?.name).toBe("drv.s");
  expect(consumer.driver?.name).toBe("drv.c");
  rig.since();
  await rig.run(Promise.all([supplier.unbind(), consumer.unbind(), supplier.unbind()]));
  const log = rig.since();
  expect(log.toSorted()).toEqual(["remove m.c.0", "remove m.s.0", "unbind m.c.0", "unbind m.s.0"]);
  expect(log.indexOf("unbind m.c.0")).toBeLessThan(log.indexOf("remove m.s.0"));
  await rig.end();
});

test("P9: unregistering the driver of both while the supplier is being unbound ends", async () => {
  const { rig } = await pair();
  await rig.run(rig.create("other", 0));
  const both = await rig.register({
    name: "both",
    ids: ["m.s", "m.c"],
    more: { handlers: { poke: () => rig.after(3) } },
  });
  await rig.run(rig.core.settle());
  const [supplier, consumer] = ["m.s.0", "m.c.0"].map((name) => rig.core.auxiliary.find(name));
  expect([supplier?.driver, consumer?.driver]).toEqual([both, both]);
  const calling = consumer?.call("poke");
  const all = [both.unregister(), supplier?.unbind(), calling];
  await rig.run(Promise.all(all));
  expect([supplier?.driver, consumer?.driver]).toEqual([null, null]);
  await rig.end();
});

test("P9: unbinding a supplier waits for the probe of its consumer", async () => {
  const { rig, consumer, supplier } = await pair();
  await rig.register(supplierDriver);
  const probing = rig.register({ ...consumerDriver, takes: 50 });
  await rig.runtime.advance(10);
  expect(consumer.driver).toBeNull();
  rig.since();
  await rig.run(supplier.unbind());
  await rig.run(probing);
  expect(rig.since()).toEqual([
    "bind m.c.0",
    "remove m.c.0",
    "add drv.c",
    "unbind m.c.0",
    "remove m.s.0",
    "unbind m.s.0",
  ]);
  await rig.end();
});

test("P9: cycles are refused, and printed", async () => {
  const { rig, supplier, consumer } = await pair();
  const third = await rig.create("t", 0);
  rig.core.link(supplier, third);
  expect(() => rig.core.link(third, consumer)).toThrow(
    "EINVAL: cannot link consumer m.t.0 to supplier m.c.0: the supplier depends on it: m.c.0 → m.s.0 → m.t.0",
  );
  expect(() => rig.core.link(third, third)).toThrow(/EINVAL/);
  const child = await rig.create("child", 0, third);
  expect(() => rig.core.link(third, child), "a child depends on its parent").toThrow(/m\.child\.0 → m\.t\.0/);
  await child.destroy();
  await rig.end();
});

test("a link with autoremoveConsumer goes with the consumer's driver, also when its probe fails", async () => {
  const { rig, consumer, link } = await pair({ autoremoveConsumer: true });
  expect(link.autoRemoveOn).toBe("consumer unbind");
  await rig.register(supplierDriver);
  await rig.register({ ...consumerDriver, probe: ["EIO"] });
  expect(rig.core.explain(consumer).suppliers).toEqual([]);
  expect(rig.log.filter((line) => line.includes("--"))).toEqual([
    "add auxiliary:m.s.0--auxiliary:m.c.0",
    "remove auxiliary:m.s.0--auxiliary:m.c.0",
  ]);
  await rig.end();
});

test("a link with autoremoveSupplier goes with the supplier's driver", async () => {
  const { rig, supplier, link } = await pair({ autoremoveSupplier: true });
  expect(link.autoRemoveOn).toBe("supplier unbind");
  await rig.register(supplierDriver);
  await supplier.unbind();
  expect(rig.core.explain(supplier).consumers).toEqual([]);
  await rig.end();
});

test("a link with autoprobeConsumer probes the consumer when the supplier is bound", async () => {
  const { rig, consumer, supplier, link } = await pair({ autoprobeConsumer: true });
  expect(link.autoRemoveOn).toBe("never");
  await rig.register(supplierDriver);
  await rig.register(consumerDriver);
  await supplier.unbind();
  expect(consumer.driver).toBeNull();
  await rig.core.auxiliary.bind("drv.s", "m.s.0");
  await rig.run(rig.core.settle());
  expect(consumer.driver?.name).toBe("drv.c");
  await rig.end();
});

test("a stateless link only orders, and cannot do anything by itself", async () => {
  const { rig, consumer, supplier, link } = await pair({ stateless: true });
  expect(link.state).toBe("not tracked");
  await rig.register(consumerDriver);
  expect(consumer.driver?.name).toBe("drv.c");
  expect(rig.core.inPowerOrder().indexOf(supplier)).toBeLessThan(rig.core.inPowerOrder().indexOf(consumer));
  expect(() => rig.core.link(consumer, supplier, { stateless: true, autoremoveConsumer: true })).toThrow(/EINVAL/);
  expect(() => rig.core.link(consumer, supplier, { autoprobeConsumer: true, autoremoveSupplier: true })).toThrow(
    /EINVAL/,
  );
  link.remove();
  expect(rig.core.explain(consumer).suppliers).toEqual([]);
  await rig.end();
});

test("the same link may be asked for twice, and is then removed twice; a stateless one can become managed", async () => {
  const { rig, consumer, supplier, link } = await pair({ stateless: true });
  const again = rig.core.link(consumer, supplier);
  expect(again).toBe(link);
  expect(link.state).toBe("dormant");
  link.remove();
  expect(rig.core.explain(consumer).suppliers).toHaveLength(1);
  again.remove();
  again.remove();
  expect(rig.core.explain(consumer).suppliers).toEqual([]);
  await rig.end();
});

test("a link that is asked for again lives as long as the longest-lived request wants", async () => {
  const { rig, supplier, consumer, link } = await pair({ autoremoveConsumer: true });
  rig.core.link(consumer, supplier, { autoremoveConsumer: true });
  expect(link.autoRemoveOn).toBe("consumer unbind");
  rig.core.link(consumer, supplier, { autoremoveSupplier: true });
  expect(link.autoRemoveOn).toBe("supplier unbind");
  rig.core.link(consumer, supplier, { autoremoveSupplier: true });
  expect(link.autoRemoveOn).toBe("supplier unbind");
  rig.core.link(consumer, supplier);
  expect(link.autoRemoveOn).toBe("never");
  await rig.end();
});

test("a link needs an added supplier, goes when either end is deleted, and is to be seen in sysfs while it is there", async () => {
  const { rig, supplier, consumer } = await pair();
  const { sysfs } = rig.core;
  const folder = "devices/virtual/devlink/auxiliary:m.s.0--auxiliary:m.c.0";
  expect(sysfs.list(folder)).toEqual([
    "auto_remove_on",
    "consumer",
    "runtime_pm",
    "status",
    "supplier",
    "sync_state_only",
    "uevent",
  ]);
  expect(
    ["auto_remove_on", "runtime_pm", "status", "sync_state_only", "uevent"].map((name) =>
      sysfs.read(`${folder}/${name}`),
    ),
  ).toEqual(["never\n", "0\n", "dormant\n", "0\n", ""]);
  expect(sysfs.readlink(`${folder}/consumer`)).toBe("../../../nic0/m.c.0");
  expect(sysfs.readlink("devices/nic0/m.c.0/supplier:auxiliary:m.s.0")).toBe(
    "../../virtual/devlink/auxiliary:m.s.0--auxiliary:m.c.0",
  );
  expect(sysfs.readlink("devices/nic0/m.s.0/consumer:auxiliary:m.c.0")).toBe(
    "../../virtual/devlink/auxiliary:m.s.0--auxiliary:m.c.0",
  );
  await supplier.destroy();
  expect(sysfs.exists("devices/virtual")).toBe(false);
  expect(() => rig.core.link(consumer, supplier)).toThrow(/add the supplier first/);
  expect(consumer.state).toBe("added");
  await rig.end();
});

test("a link made in the consumer's probe is active once it is bound", async () => {
  const rig = new Rig();
  const supplier = await rig.create("s", 0);
  await rig.register(supplierDriver);
  const states: string[] = [];
  await rig.core.auxiliary.register(
    rig.driver({
      ...consumerDriver,
      more: {
        probe(device) {
          states.push(rig.core.link(device, supplier, { autoremoveConsumer: true }).state);
        },
      },
    }),
    { module: "drv" },
  );
  const consumer = await rig.create("c", 0);
  expect(states).toEqual(["consumer probing"]);
  expect(rig.core.explain(consumer).suppliers).toEqual([{ device: "m.s.0", state: "active" }]);
  const other = await rig.create("c", 1);
  const direct = rig.core.link(consumer, other);
  expect(direct.state).toBe("active");
  rig.since();
  await supplier.destroy();
  expect(rig.since().filter((line) => line.startsWith("unbind"))).toEqual([
    "unbind m.c.0",
    "unbind m.c.1",
    "unbind m.s.0",
  ]);
  await rig.end();
});
