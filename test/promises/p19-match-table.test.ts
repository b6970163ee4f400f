import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

const ids = readFileSync(new URL("../../conformance/ids.txt", import.meta.url), "utf8")
  .trim()
  .split("\n");

test("P19: every auxiliary id of the kernel matches its device and no other", async () => {
  expect(ids.length).toBeGreaterThan(100);
  const rig = new Rig();
  for (const name of ids)
    await rig.core.auxiliary.register(rig.driver({ ids: [name] }), { module: `d-${name.replaceAll(".", "_")}` });
  for (const name of ids) {
    const dot = name.indexOf(".");
    const device = await rig.core.auxiliary.create(rig.nic, {
      module: name.slice(0, dot),
      name: name.slice(dot + 1),
      id: 7,
    });
    expect(device.name).toBe(`${name}.7`);
    expect(device.matchName).toBe(name);
    expect(device.modalias).toBe(`auxiliary:${name}`);
    expect(device.driver?.name).toBe(`d-${name.replaceAll(".", "_")}`);
  }
  await rig.end();
});

test("P19: the module part cannot be told from the name: only the last dot counts", async () => {
  const rig = new Rig();
  await rig.register({ ids: ["idpf.8086.rdma.core"] });
  for (const [module, name, id] of [
    ["idpf", "8086.rdma.core", 0],
    ["idpf.8086", "rdma.core", 1],
    ["idpf.8086.rdma", "core", 2],
  ] as const) {
    const device = await rig.core.auxiliary.create(rig.nic, { module, name, id });
    expect(device.driver?.name, device.name).toBe("drv");
  }
  const shorter = await rig.core.auxiliary.create(rig.nic, { module: "idpf", name: "8086.rdma", id: 0 });
  expect(shorter.driver).toBeNull();
  await rig.end();
});

test("P19: a match name has at most 39 bytes, and there are no wildcards", async () => {
  const rig = new Rig();
  const longest = `m.${"x".repeat(37)}`;
  await rig.register({ ids: [longest] });
  const device = await rig.create("x".repeat(37), 0);
  expect(device.driver?.name).toBe("drv");
  await expect(rig.register({ name: "long", ids: [`${longest}y`] })).rejects.toThrow(/EINVAL.*40 bytes/);
  await expect(rig.register({ name: "wide", ids: [`m.${"ü".repeat(19)}`] })).rejects.toThrow(/EINVAL.*40 bytes/);
  await rig.register({ name: "star", ids: ["m.*", "m.?", "m.[y]"] });
  expect((await rig.create("y", 0)).driver).toBeNull();
  await rig.end();
});

test("P19: ids are shown as signed numbers, and a slash in a name becomes an exclamation mark", async () => {
  const rig = new Rig();
  expect((await rig.create("x", 0xffff_ffff)).name).toBe("m.x.-1");
  expect((await rig.create("x", -2)).name).toBe("m.x.-2");
  expect((await rig.create("a/b", 0)).name).toBe("m.a!b.0");
  for (const id of [0x1_0000_0000, 1.5, Number.NaN, -0x8000_0001])
    expect(await outcome(rig.create("x", id)), String(id)).toBe("EINVAL");
  await rig.end();
});
