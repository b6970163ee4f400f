import { describe, expect, test } from "vitest";
import { bringUp, ping, write } from "../nics/traffic.ts";
import { Mlx5Rig } from "./mlx5.ts";

test("1: a card is plugged in, and nothing is loaded", async () => {
  const { rig } = await Mlx5Rig.of();
  const modaliases: (string | undefined)[] = [];
  rig.core.uevents.subscribe(({ action, env }) => {
    if (action === "add" && "MODALIAS" in env) modaliases.push(env["MODALIAS"]);
  });
  const mlx5 = await Mlx5Rig.up({ ports: 1 });
  expect(mlx5.rig.since()).toEqual([
    "add pci0000:08",
    "add 0000:08:00.0",
    "add mlx5_core.eth.0",
    "add eth0",
    "bind mlx5_core.eth.0",
    "add mlx5_core.rdma.0",
    "devlink new pci/0000:08:00.0",
    "bind 0000:08:00.0",
    "add mlx5_0",
    "bind mlx5_core.rdma.0",
  ]);
  expect(mlx5.rig.lsmod().filter((name) => name.startsWith("mlx5"))).toEqual(["mlx5_core", "mlx5_ib"]);
  expect(mlx5.rig.core.sysfs.read("bus/auxiliary/devices/mlx5_core.rdma.0/uevent")).toContain(
    "MODALIAS=auxiliary:mlx5_core.rdma\n",
  );
  expect(mlx5.rig.core.sysfs.exists("class/net/eth0/device/infiniband/mlx5_0")).toBe(true);
  await mlx5.rig.end();
  await rig.end();
});

describe("2: the order of loading does not matter", () => {
  const inUse = ["mlx5_core.eth.0", "mlx5_core.rdma.0", "mlx5_core.eth.1", "mlx5_core.rdma.1"];

  test("mlx5_core first, mlx5_ib later", async () => {
    const { rig } = await Mlx5Rig.up({}, { blacklist: ["mlx5_ib"] });
    expect(rig.aux()).toEqual(inUse.map((name) => (name.includes("rdma") ? `${name} -` : name)));
    expect(rig.ibNames()).toEqual([]);
    await rig.run(rig.modules.modprobe("mlx5_ib"));
    expect(rig.aux()).toEqual(inUse);
    expect(rig.ibNames()).toEqual(["mlx5_0", "mlx5_1"]);
    await rig.end();
  });

  test("mlx5_ib first, then the card", async () => {
    const mlx5 = await Mlx5Rig.of();
    const { rig } = mlx5;
    await rig.run(rig.modules.modprobe("mlx5_ib"));
    await mlx5.plug();
    expect(rig.aux()).toEqual(inUse);
    expect(rig.ibNames()).toEqual(["mlx5_0", "mlx5_1"]);
    await rig.end();
  });

  test("without mlx5_ib the slice waits, and a reload works all the same", async () => {
    const { rig } = await Mlx5Rig.up({ ports: 1 }, { blacklist: ["mlx5_ib"] });
    rig.since();
    expect(await rig.run(rig.devlink.get("pci/0000:08:00.0").reload())).toEqual(["driver_reinit"]);
    expect(rig.since()).toEqual([
      "remove mlx5_core.rdma.0",
      "remove eth0",
      "unbind mlx5_core.eth.0",
      "remove mlx5_core.eth.0",
      "add mlx5_core.eth.0",
      "add eth0",
      "bind mlx5_core.eth.0",
      "add mlx5_core.rdma.0",
    ]);
    expect(rig.aux()).toEqual(["mlx5_core.eth.0", "mlx5_core.rdma.0 -"]);
    await rig.end();
  });
});

test("3: mlx5_ib is removed under traffic", async () => {
  const { rig } = await Mlx5Rig.up();
  const log: string[] = [];
  for (const name of ["first", "second"]) {
    const say = (op: string, device: string): void => void log.push(`${name}: ${op} ${device}`);
    await rig.rdma.registerClient({
      name,
      add: (device) => say("add", device.name),
      remove: (device) => say("remove", device.name),
    });
  }
  await bringUp(rig, "eth0", "10.0.0.1");
  await bringUp(rig, "eth1", "10.0.0.2");
  const writing = write(rig, "mlx5_0", "mlx5_1");
  const reader = rig.rdma.open("mlx5_0");
  reader.onEvent = ({ type }) => void log.push(`user: ${type}`);
  await rig.pass(20);
  expect(writing.figures.length).toBeGreaterThan(10);
  rig.core.uevents.subscribe(({ action, devpath }) => {
    if (action === "remove" || action === "unbind") log.push(`${action} ${devpath.split("/").at(-1) ?? ""}`);
  });
  log.splice(0);
  await rig.run(rig.modules.rmmod("mlx5_ib"));
  // The driver's devices are unbound the last bound first.
  const gone = (n: number, users: string[]): string[] => [
    `second: remove mlx5_${n}`,
    `first: remove mlx5_${n}`,
    ...users,
    `remove mlx5_${n}`,
    `unbind mlx5_core.rdma.${n}`,
  ];
  expect(log).toEqual([
    ...gone(1, []),
    ...gone(0, ["user: DEVICE_FATAL"]),
    "remove mlx5_ib.rdma",
    "remove mlx5_ib.multiport",
    "remove mlx5_ib.rep",
  ]);
  expect(String(await writing.ended), "the program that writes").toMatch(
    /^BusError: EIO: mlx5_\d: RDMA_WRITE ended with|mlx5_\d has gone/,
  );
  await expect(reader.allocPd()).rejects.toMatchObject({ code: "EIO" });
  expect(reader.disassociated).toBe(true);
  await rig.run(reader.close());
  expect(rig.aux()).toEqual(["mlx5_core.eth.0", "mlx5_core.rdma.0 -", "mlx5_core.eth.1", "mlx5_core.rdma.1 -"]);
  await ping(rig, "eth0", "10.0.0.2");
  await rig.run(rig.modules.modprobe("mlx5_ib"));
  expect(rig.ibNames()).toEqual(["mlx5_0", "mlx5_1"]);
  const again = write(rig, "mlx5_0", "mlx5_1");
  await rig.pass(10);
  again.stop();
  expect(await rig.run(again.ended)).toBeUndefined();
  await rig.end();
});

test("4: mlx5_core cannot be removed while it is used; then it goes in order", async () => {
  const { rig } = await Mlx5Rig.up({ ports: 1 });
  await rig.run(rig.modules.modprobe("mlx5_vdpa"));
  await expect(rig.run(rig.modules.rmmod("mlx5_core"))).rejects.toMatchObject({ code: "EBUSY" });
  await rig.run(rig.modules.rmmod("mlx5_ib"));
  await expect(rig.run(rig.modules.rmmod("mlx5_core"))).rejects.toMatchObject({ code: "EBUSY" });
  await rig.run(rig.modules.rmmod("mlx5_vdpa"));
  rig.since();
  const drivers: string[] = [];
  rig.core.uevents.subscribe(({ action, devpath, subsystem }) => {
    if (subsystem === "drivers" && action === "remove") drivers.push(devpath.split("/").at(-1) ?? "");
  });
  await rig.run(rig.modules.rmmod("mlx5_core"));
  expect(rig.since()).toEqual([
    "devlink del pci/0000:08:00.0",
    "remove mlx5_core.rdma.0",
    "remove eth0",
    "unbind mlx5_core.eth.0",
    "remove mlx5_core.eth.0",
    "unbind 0000:08:00.0",
  ]);
  expect(drivers).toEqual(["mlx5_core", "mlx5_core.sf", "mlx5_core.eth-rep", "mlx5_core.eth"]);
  await rig.end();
});

test("5: eth is unbound by hand, which dissolves a bond; a reload brings it back", async () => {
  const mlx5 = await Mlx5Rig.up();
  const { rig } = mlx5;
  await rig.run(rig.netdevs.addBond("bond0", "active-backup"));
  for (const name of ["eth0", "eth1"]) await rig.run(rig.netdevs.enslave(name, "bond0"));
  await rig.pass(100);
  expect(mlx5.card.lag).toBe(true);
  expect(rig.ibNames()).toEqual(["mlx5_bond_0"]);
  rig.since();
  await rig.run(rig.core.auxiliary.unbind("mlx5_core.eth", "mlx5_core.eth.0"));
  expect(rig.since().slice(0, 2)).toEqual(["remove eth0", "unbind mlx5_core.eth.0"]);
  await rig.pass(2000);
  expect(mlx5.card.lag).toBe(false);
  expect(rig.ibNames()).toEqual(["mlx5_0", "mlx5_1"]);
  expect(rig.aux()).toContain("mlx5_core.eth.0 -");
  rig.since();
  await rig.run(rig.devlink.get("pci/0000:08:00.0").reload());
  expect(rig.sinceOf(/eth/)).toEqual([
    "remove mlx5_core.eth.0",
    "add mlx5_core.eth.0",
    "add eth0",
    "bind mlx5_core.eth.0",
  ]);
  expect(rig.netdevNames()).toEqual(["eth1", "bond0", "eth0"]);
  await rig.end();
});

describe("6: enable_rdma", () => {
  test("takes effect at the next reload, both ways, with the same names and ids", async () => {
    const { rig } = await Mlx5Rig.up({ ports: 1 });
    const instance = rig.devlink.get("pci/0000:08:00.0");
    rig.since();
    await rig.run(instance.params.set("enable_rdma", false));
    expect(rig.since()).toEqual([]);
    expect(instance.params.list()).toContainEqual({
      name: "enable_rdma",
      cmode: "driverinit",
      value: true,
      pending: false,
    });
    await rig.run(instance.reload());
    expect(rig.sinceOf(/mlx5_core\./)).toEqual([
      "unbind mlx5_core.rdma.0",
      "remove mlx5_core.rdma.0",
      "unbind mlx5_core.eth.0",
      "remove mlx5_core.eth.0",
      "add mlx5_core.eth.0",
      "bind mlx5_core.eth.0",
    ]);
    expect(rig.aux()).toEqual(["mlx5_core.eth.0"]);
    await rig.run(instance.params.set("enable_rdma", true));
    await rig.run(instance.reload());
    expect(rig.aux()).toEqual(["mlx5_core.eth.0", "mlx5_core.rdma.0"]);
    expect(rig.ibNames()).toEqual(["mlx5_0"]);
    await rig.end();
  });

  test("is refused where there is no RDMA; parameters of what is not supported are not there", async () => {
    const { rig } = await Mlx5Rig.up({
      ports: 1,
      prepare: (hca) => void Object.assign(hca.caps, { roce: false, csumCap: false }),
    });
    const { params } = rig.devlink.get("pci/0000:08:00.0");
    expect(rig.sinceOf(/warn/)[0]).toBe("warn: 0000:08:00.0: Missing csum_cap capability");
    expect(params.list().map(({ name }) => name)).toEqual(["enable_rdma"]);
    await expect(params.set("enable_rdma", true)).rejects.toMatchObject({ code: "EOPNOTSUPP" });
    await expect(params.set("enable_vnet", true)).rejects.toMatchObject({ code: "EINVAL" });
    expect(rig.aux()).toEqual([]);
    await rig.end();
  });
});
