import type { AuxiliaryDevice, Device } from "auxbus";
import { expect, test } from "vitest";
import { outcome, Rig, type RigDriverOptions } from "../support/rig.ts";

/** Names of nodes with their children; a node's driver publishes them in its probe and takes them with it. */
interface Nodes {
  readonly [name: string]: Nodes;
}

const TREE: Nodes = { a: { b: { d: {}, e: {} }, c: { f: {} } } };

/** The cases of Fuchsia's node_shutdown_test, by their names. Nodes are auxiliary devices, dispatchers are drivers. */
class NodeRig extends Rig {
  readonly nodes = new Map<string, AuxiliaryDevice>();

  async tree(nodes: Nodes = TREE, drivers: Readonly<Record<string, RigDriverOptions>> = {}): Promise<void> {
    await this.registerAll(nodes, drivers);
    for (const name of Object.keys(nodes)) await this.run(this.publish(this.nic, name));
    this.since();
  }

  async registerAll(nodes: Nodes, drivers: Readonly<Record<string, RigDriverOptions>>): Promise<void> {
    for (const [name, children] of Object.entries(nodes)) {
      const options = drivers[name] ?? {};
      const base = this.driver({ ...options, name, ids: [`n.${name}`] });
      await this.core.auxiliary.register(
        {
          ...base,
          probe: async (device, id, binding) => {
            await base.probe?.(device, id, binding);
            for (const child of Object.keys(children)) binding.resources.use(await this.publish(device, child));
          },
        },
        { module: "drv" },
      );
      await this.registerAll(children, drivers);
    }
  }

  async publish(parent: Device, name: string): Promise<AuxiliaryDevice> {
    const node = await this.core.auxiliary.create(parent, { module: "n", name, id: 0 });
    this.nodes.set(name, node);
    return node;
  }

  node(name: string): AuxiliaryDevice {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  removed(): string[] {
    return this.since()
      .filter((line) => line.startsWith("remove n."))
      .map((line) => line.slice(9, 10));
  }
}

test("P10: BasicRemoveAllNodes", async () => {
  const rig = new NodeRig();
  await rig.tree();
  await rig.run(rig.node("a").destroy());
  // Each driver's remove, then, when its children are gone, its device.
  expect(rig.removed()).toEqual(["a", "c", "f", "f", "c", "b", "e", "e", "d", "d", "b", "a"]);
  await rig.end();
});

test("P10: RemoveLeafNode", async () => {
  const rig = new NodeRig();
  await rig.tree();
  await rig.run(rig.node("e").destroy());
  expect(rig.removed()).toEqual(["e", "e"]);
  expect([...rig.node("b").children()].map((node) => node.name)).toEqual(["n.d.0"]);
  expect(rig.node("a").driver).not.toBeNull();
  await rig.end();
});

test("P10: RemoveNodeWithNoDriverOrChildren", async () => {
  const rig = new NodeRig();
  const node = await rig.publish(rig.nic, "plain");
  rig.since();
  await node.destroy();
  expect(rig.since()).toEqual(["remove n.plain.0"]);
  await rig.end();
});

test("P10: RemoveNodeWithNoDriver: a node with children but no driver is refused until they are gone", async () => {
  const rig = new NodeRig();
  const parent = await rig.publish(rig.nic, "plain");
  const child = await rig.publish(parent, "child");
  await expect(parent.destroy()).rejects.toMatchObject({
    code: "EBUSY",
    message: expect.stringContaining("n.child.0"),
  });
  expect(parent.state).toBe("added");
  await child.destroy();
  await parent.destroy();
  await rig.end();
});

test("P10: DriverShutdownWhileWaitingOnChildren", async () => {
  const rig = new NodeRig();
  await rig.tree(TREE, { f: { takes: 100 } });
  const all = rig.node("a").destroy();
  await rig.runtime.advance(50);
  // The driver of the waiting parent goes away by itself.
  const driver = rig.core.auxiliary.findDriver("drv.a");
  const unregistering = driver?.unregister();
  await rig.run(all);
  await rig.run(unregistering ?? Promise.reject(new Error("no driver")));
  expect(rig.node("a").state).toBe("released");
  await rig.end();
});

test("P10: RemoveAfterBindFailure", async () => {
  const rig = new NodeRig();
  await rig.tree({ a: {} }, { a: { probe: ["EIO"] } });
  expect(rig.node("a").driver).toBeNull();
  await rig.node("a").destroy();
  expect(rig.since()).toEqual(["remove n.a.0"]);
  await rig.end();
});

test("P10: WaitBindBeforeShutdown", async () => {
  const rig = new NodeRig();
  await rig.registerAll({ a: {} }, { a: { takes: 100 } });
  rig.since();
  const adding = rig.publish(rig.nic, "a");
  await rig.runtime.advance(50);
  const device = rig.core.auxiliary.find("n.a.0");
  const removing = device?.delete();
  await rig.run(Promise.all([adding, removing]));
  expect(rig.since()).toEqual([
    "add n.a.0",
    "probe n.a.0",
    "bind n.a.0",
    "remove n.a.0",
    "unbind n.a.0",
    "remove n.a.0",
  ]);
  device?.uninit();
  await rig.end();
});

test("P10: BindFailureDuringRemove", async () => {
  const rig = new NodeRig();
  await rig.registerAll({ a: {} }, { a: { takes: 100, probe: ["EIO"] } });
  rig.since();
  const adding = rig.publish(rig.nic, "a");
  await rig.runtime.advance(50);
  const device = rig.core.auxiliary.find("n.a.0");
  const removing = device?.delete();
  await rig.run(Promise.all([adding, removing]));
  expect(rig.since()).toEqual(["add n.a.0", "probe n.a.0", "remove n.a.0"]);
  device?.uninit();
  await rig.end();
});

test("P10: OverlappingRemoveCalls: the node is removed once, the second call is told so", async () => {
  const rig = new NodeRig();
  await rig.tree(TREE, { a: { takes: 10 }, e: { takes: 100 } });
  const results = await rig.run(Promise.all([outcome(rig.node("a").destroy()), outcome(rig.node("a").destroy())]));
  expect(results).toEqual(["ok", "ENODEV"]);
  expect(rig.removed().filter((name) => name === "a")).toEqual(["a", "a"]);
  await rig.end();
});

test("P10: OverlappingRemoveCalls_DifferentNodes", async () => {
  const rig = new NodeRig();
  await rig.tree(TREE, { b: { takes: 30 }, e: { takes: 50 } });
  const results = await rig.run(Promise.all([outcome(rig.node("e").destroy()), outcome(rig.node("a").destroy())]));
  expect(results).toEqual(["ok", "ok"]);
  expect(rig.removed().filter((name) => name === "e")).toEqual(["e", "e"]);
  expect([...rig.nodes.values()].map((node) => node.state)).toEqual(Array.from({ length: 6 }, () => "released"));
  await rig.end();
});
