import { expect, test } from "vitest";
import { Rig } from "../support/rig.ts";

test("P1: managed actions of a root device run on unregistering", async () => {
  const rig = new Rig();
  const ran: string[] = [];
  rig.nic.resources.defer(() => void ran.push("a"));
  await rig.nic.destroy();
  expect(ran).toEqual(["a"]);
  await rig.end();
});

test("P1: managed actions of a root device run on unregistering while somebody holds a reference", async () => {
  const rig = new Rig();
  const ran: string[] = [];
  rig.nic.resources.defer(() => void ran.push("a"));
  rig.nic.get("a test");
  await rig.nic.destroy();
  expect(ran).toEqual(["a"]);
  rig.nic.put("a test");
  await rig.end();
});

test("P1: managed actions of an auxiliary device without driver run on deleting, also while it is referenced", async () => {
  const rig = new Rig();
  const ran: string[] = [];
  const device = await rig.create();
  device.resources.defer(async () => {
    await rig.after(50);
    ran.push(`a at ${rig.runtime.now()}`);
  });
  device.get("a test");
  await rig.run(device.destroy());
  expect(ran).toEqual(["a at 50"]);
  expect(rig.runtime.now()).toBeLessThanOrEqual(100);
  expect(rig.log).not.toContain("release m.x.0");
  device.put("a test");
  expect(rig.log).toContain("release m.x.0");
  await rig.end();
});

test("P1: managed actions of a probed auxiliary device run on deleting, also while it is referenced", async () => {
  const rig = new Rig();
  await rig.register({ actions: 2 });
  const device = await rig.create();
  device.get("a test");
  rig.since();
  await device.destroy();
  expect(rig.since()).toEqual(["remove m.x.0", "devres 2", "devres 1", "unbind m.x.0", "remove m.x.0"]);
  device.put("a test");
  expect(rig.since()).toEqual(["release m.x.0"]);
  await rig.end();
});
