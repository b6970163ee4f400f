import { join } from "node:path";
import { expect, test } from "vitest";
import { Shelf, told } from "../modules/shelf.ts";
import { tempFolder } from "../temp-folder.ts";
import { addNic, ETH, HostRig } from "./rig.ts";

test("autoprobe, overrides, parked devices, parameters and the blacklist hold over restarts", async () => {
  const state = join(tempFolder(), "state");
  const shelf = new Shelf(
    { name: "card", auxbus: { params: { speed: { type: "int", default: 10, writable: true } } } },
    { name: "eth", auxbus: { aliases: ["auxiliary:nic.eth"] } },
  );
  const config = { options: { card: { speed: 20 } } };
  const first = await HostRig.start({ state, config, modules: shelf.folder });
  const { client } = first;
  await addNic(first.host);
  const nic = first.host.core.findDevice("/devices/nic0");
  if (nic === undefined) throw new Error("no nic0");
  await first.host.core.auxiliary.create(nic, { module: "nic", name: "eth", id: 1 });
  await client.post("/v1/park", { body: { device: ETH, reason: "smoke" } });
  expect(first.host.core.auxiliary.find("nic.eth.0")?.driver).toBeNull();
  await expect(
    client.put("/v1/override", { body: { bus: "auxiliary", device: "nic.eth.0", driver: "x" } }),
  ).rejects.toThrow("EBUSY: nic.eth.0 is parked; unpark it first");
  await client.put("/v1/override", { body: { bus: "auxiliary", device: "nic.eth.1", driver: "other.eth" } });
  await client.put("/v1/sysfs", { body: { path: "bus/auxiliary/drivers_autoprobe", value: "0" } });
  await client.put("/v1/blacklist/{name}", { params: { name: "eth" } });
  await client.post("/v1/modules/{name}/load", { params: { name: "card" }, body: {} });
  await client.put("/v1/modules/{name}/params/{param}", {
    params: { name: "card", param: "speed" },
    body: { value: "40" },
  });
  await first.host.stop();

  told.splice(0);
  const second = await HostRig.start({ state, config, modules: shelf.folder });
  await addNic(second.host);
  expect(second.host.core.auxiliary.autoprobe).toBe(false);
  // Autoprobe is off; asked for by hand it is parked all the same.
  await second.client.put("/v1/sysfs", { body: { path: "bus/auxiliary/drivers_autoprobe", value: "1" } });
  await second.client.post("/v1/rescan", { body: { bus: "auxiliary", device: "nic.eth.0" } });
  expect(second.host.core.auxiliary.find("nic.eth.0")?.driver).toBeNull();
  expect((await second.client.get("/v1/explain", { query: { path: ETH } })).summary).toBe("parked: smoke");
  expect((await second.client.get("/v1/snapshot")).parked).toMatchObject([
    { device: ETH, reason: "smoke", by: "operator" },
  ]);
  const again = second.host.core.findDevice("/devices/nic0");
  if (again === undefined) throw new Error("no nic0");
  const eth1 = await second.host.core.auxiliary.create(again, { module: "nic", name: "eth", id: 1 });
  expect([eth1.driverOverride, eth1.driver]).toEqual(["other.eth", null]);
  expect(second.host.modules.resolve("auxiliary:nic.eth")).toEqual([]);
  await second.client.post("/v1/modules/{name}/load", { params: { name: "card" }, body: {} });
  expect(told.splice(0)).toEqual(['init card {"speed":40}']);

  await second.client.post("/v1/unpark", { body: { device: ETH } });
  expect(second.host.core.auxiliary.find("nic.eth.0")?.driver?.name).toBe("eth.eth");
  await second.client.put("/v1/override", { body: { bus: "auxiliary", device: "nic.eth.1", driver: null } });
  await second.client.post("/v1/rescan", { body: { bus: "auxiliary", device: "nic.eth.1" } });
  expect(eth1.driver?.name).toBe("eth.eth");
});

test("a parameter that a newer version does not take any more keeps nothing from being loaded", async () => {
  const state = join(tempFolder(), "state");
  const shelf = new Shelf({
    name: "card",
    auxbus: { params: { speed: { type: "int", writable: true }, mode: { type: "string", writable: true } } },
  });
  const first = await HostRig.start({ state, modules: shelf.folder });
  const name = "card";
  await first.client.post("/v1/modules/{name}/load", { params: { name }, body: {} });
  for (const [param, value] of [
    ["speed", "7"],
    ["mode", "warp"],
  ] as const) {
    await first.client.put("/v1/modules/{name}/params/{param}", { params: { name, param }, body: { value } });
  }
  await first.host.stop();
  shelf.put({ name: "card", version: "2.0.0", auxbus: { params: { mode: { type: "bool" } } } });
  told.splice(0);
  const second = await HostRig.start({ state, modules: shelf.folder, config: { modules: ["card"] } });
  expect(told.splice(0)).toEqual(["init card"]);
  expect(second.host.problems).toEqual([]);
});

test("modules that cannot be loaded are told of, and the others are loaded", async () => {
  const shelf = new Shelf(
    { name: "good" },
    { name: "bad", code: "export function init() { throw new Error('no hardware'); }" },
  );
  const { client } = await HostRig.start({ modules: shelf.folder, config: { modules: ["bad", "missing", "good"] } });
  const status = await client.get("/v1/status");
  expect(status.ready).toBe(true);
  expect(status.problems).toEqual([
    expect.stringMatching(/^cannot load module bad: .*no hardware/),
    expect.stringMatching(/^cannot load module missing: .*not found among the 2 that are installed.*\(ENOENT\)$/),
  ]);
  expect((await client.get("/v1/modules")).modules.map(({ name }) => name)).toEqual(["good"]);
});
