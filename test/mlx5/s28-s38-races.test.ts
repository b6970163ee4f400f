import { defineAuxiliaryDriver, Device, Module } from "auxbus";
import { describe, expect, test } from "vitest";
import { plugConnectX } from "@auxbus/sim_nics";
import { Mlx5Rig } from "./mlx5.ts";

const PF0 = "pci/0000:08:00.0";

test("28: two cards are probed at the same time: ids are unique, and slices of a function share theirs", async () => {
  const { rig } = await Mlx5Rig.of();
  await rig.run(rig.modules.modprobe("mlx5_core"));
  await rig.run(rig.modules.modprobe("mlx5_ib"));
  rig.since();
  const plug = (slot: string, serial: number): ReturnType<typeof plugConnectX> =>
    plugConnectX(rig.core, rig.network, { slot, serial, ports: 1 });
  const both = await rig.run(Promise.all([plug("0000:08:00", 1), plug("0000:09:00", 2)]));
  for (const { functions } of both) rig.plugged(...functions);
  await rig.settle();
  expect(rig.aux().toSorted()).toEqual(["mlx5_core.eth.0", "mlx5_core.eth.1", "mlx5_core.rdma.0", "mlx5_core.rdma.1"]);
  // One lock for all: between the first and the last slice of a function nothing of the other comes.
  const added = rig.since().filter((line) => line.startsWith("add mlx5_core."));
  expect(added.map((line) => line.slice(-1)).join("")).toMatch(/^(?:0011|1100)$/);
  for (const id of [0, 1]) {
    const parents = ["eth", "rdma"].map((name) => rig.core.auxiliary.find(`mlx5_core.${name}.${id}`)?.parent);
    expect(new Set(parents).size).toBe(1);
  }
  await rig.end();
});

test("29: a reference to a slice that outlives a reload does not harm the new one", async () => {
  const { rig } = await Mlx5Rig.up({ ports: 1 });
  const old = rig.core.auxiliary.find("mlx5_core.rdma.0");
  old?.get("sysfs");
  await rig.run(rig.devlink.get(PF0).reload());
  await rig.settle();
  const now = rig.core.auxiliary.find("mlx5_core.rdma.0");
  expect(now).not.toBe(old);
  expect(old?.state).toBe("deleted");
  old?.put("sysfs");
  expect(old?.state).toBe("released");
  expect(now?.driver?.name).toBe("mlx5_ib.rdma");
  // On 6.1 the late release empties the slot of the new one: it is then left behind.
  await rig.run(rig.devlink.get(PF0).reload());
  await rig.settle();
  expect(rig.aux()).toEqual(["mlx5_core.eth.0", "mlx5_core.rdma.0"]);
  await rig.end();
});

describe("30: a slice that cannot be added", () => {
  /** Somebody else has its name. */
  async function inTheWay(mlx5: Mlx5Rig): Promise<Device> {
    const { rig } = mlx5;
    const other = rig.core.addRootDevice("other");
    const device = await rig.core.auxiliary.create(other, { module: "mlx5_core", name: "rdma", id: 0 });
    return device;
  }

  async function away({ rig }: Mlx5Rig, device: Device): Promise<void> {
    await rig.run(device.destroy());
    await rig.run(rig.core.findDevice("/devices/other")?.destroy());
  }

  test("at the PCI probe: the probe fails, and what was made before goes again", async () => {
    const mlx5 = await Mlx5Rig.of({ blacklist: ["mlx5_ib"] });
    const { rig } = mlx5;
    const device = await inTheWay(mlx5);
    await mlx5.plug({ ports: 1 });
    const log = rig.since();
    expect(log).toContain("warn: 0000:08:00.0: Device[2] (rdma) failed to load");
    expect(log.slice(log.indexOf("bind mlx5_core.eth.0") + 1).filter((line) => line.includes("eth"))).toEqual([
      "remove eth0",
      "unbind mlx5_core.eth.0",
      "remove mlx5_core.eth.0",
    ]);
    expect(rig.pci.find("0000:08:00.0")?.driver).toBeNull();
    expect(rig.devlink.list()).toEqual([]);
    await away(mlx5, device);
    await rig.end();
  });

  test("at a rescan: an error, and the other slots go on", async () => {
    const mlx5 = await Mlx5Rig.up({ ports: 1 });
    const { rig } = mlx5;
    const instance = rig.devlink.get(PF0);
    await rig.run(instance.setEswitchMode("switchdev"));
    await rig.settle();
    const device = await inTheWay(mlx5);
    rig.since();
    await expect(rig.run(instance.setEswitchMode("legacy"))).rejects.toMatchObject({ code: "EEXIST" });
    expect(rig.since()).toContain("warn: 0000:08:00.0: Device[2] (rdma) failed to load");
    expect(rig.aux().filter((name) => name.includes("eth"))).toEqual(["mlx5_core.eth.0"]);
    await away(mlx5, device);
    await rig.end();
  });

  test("at an attach: the function is down, with nothing on it, and says so", async () => {
    const mlx5 = await Mlx5Rig.up({ ports: 1 }, { blacklist: ["mlx5_ib"] });
    const { rig } = mlx5;
    const instance = rig.devlink.get(PF0);
    await rig.run(instance.params.set("enable_rdma", false));
    await rig.run(instance.reload());
    await rig.run(instance.params.set("enable_rdma", true));
    const device = await inTheWay(mlx5);
    await expect(rig.run(instance.reload())).rejects.toMatchObject({ code: "EEXIST" });
    expect(instance.reloadFailed).toBe(true);
    expect(mlx5.hca().state).toBe("off");
    // 6.1 leaves eth on the dead function.
    expect(rig.aux()).toEqual(["mlx5_core.rdma.0 -"]);
    await away(mlx5, device);
    await rig.run(instance.reload());
    expect(instance.reloadFailed).toBe(false);
    expect(rig.aux()).toEqual(["mlx5_core.eth.0", "mlx5_core.rdma.0 -"]);
    await rig.end();
  });
});

test("31: mlx5_ib's probe fails: the slice stays, the card works, and it can be tried again", async () => {
  const mlx5 = await Mlx5Rig.up({ ports: 1 }, { blacklist: ["mlx5_ib"] });
  const { rig } = mlx5;
  // Somebody has taken the name of its device's folder.
  const folder = new Device(rig.core, { name: "mlx5_0", parent: rig.core.addRootDevice("other"), class: "infiniband" });
  await folder.add();
  await rig.run(rig.modules.modprobe("mlx5_ib"));
  expect(rig.aux()).toEqual(["mlx5_core.eth.0", "mlx5_core.rdma.0 -"]);
  expect(rig.pci.find("0000:08:00.0")?.driver?.name).toBe("mlx5_core");
  await expect(rig.run(rig.core.auxiliary.bind("mlx5_ib.rdma", "mlx5_core.rdma.0"))).rejects.toMatchObject({
    code: "ENOMEM",
  });
  expect(mlx5.hca().rdma.counts()).toEqual({ pds: 0, mrs: 0, cqs: 0, qps: 0 });
  await rig.run(rig.devlink.get(PF0).reload());
  expect(rig.aux()).toEqual(["mlx5_core.eth.0", "mlx5_core.rdma.0 -"]);
  await folder.destroy();
  await rig.run(rig.core.findDevice("/devices/other")?.destroy());
  await rig.run(rig.core.auxiliary.bind("mlx5_ib.rdma", "mlx5_core.rdma.0"));
  expect(rig.ibNames()).toEqual(["mlx5_0"]);
  await rig.end();
});

test("37: a state that the firmware tells twice makes one device; what comes during its probe waits for it", async () => {
  const mlx5 = await Mlx5Rig.up();
  const { rig } = mlx5;
  const pf = rig.devlink.get(PF0);
  await rig.run(pf.setEswitchMode("switchdev"));
  const index = await rig.run(pf.addPort({ flavour: "pcisf", pfnum: 0, sfnum: 1 }));
  rig.since();
  await rig.run(pf.setPortState(index, "active"));
  mlx5.hca(0).subFunctions.repeat(index);
  // It is wanted away while it is being probed.
  await rig.run(pf.setPortState(index, "inactive"));
  await rig.settle();
  await rig.pass(1000);
  const sf = rig.sinceOf(/mlx5_core\.sf\.2$/);
  expect(sf.filter((line) => line.startsWith("add"))).toEqual(["add mlx5_core.sf.2"]);
  expect(sf.at(-1)).toBe("remove mlx5_core.sf.2");
  expect(sf.filter((line) => !line.startsWith("devlink"))).toEqual([
    "add mlx5_core.sf.2",
    "bind mlx5_core.sf.2",
    "unbind mlx5_core.sf.2",
    "remove mlx5_core.sf.2",
  ]);
  await rig.end();
});

test("38: bonding that meets a reload is tried again a second later", async () => {
  const mlx5 = await Mlx5Rig.up();
  const { rig } = mlx5;
  await rig.run(rig.netdevs.addBond("bond0", "active-backup"));
  await rig.run(rig.netdevs.enslave("eth0", "bond0"));
  // Unbinding RDMA takes a while, and the lock with it.
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await rig.rdma.registerClient({ name: "slow", add: () => undefined, remove: () => held });
  const reload = rig.devlink.get("pci/0000:08:00.1").reload();
  await rig.pass(10);
  await rig.run(rig.netdevs.enslave("eth1", "bond0"));
  await rig.pass(500);
  expect(rig.netdevs.bonds()).toMatchObject([{ slaves: ["eth0", "eth1"] }]);
  expect(mlx5.card.lag, "whoever reloads has the lock").toBe(false);
  release();
  await rig.run(reload);
  await rig.pass(500);
  // The reload has taken the slave away; with a new one the ports are bonded.
  expect(mlx5.card.lag).toBe(false);
  await rig.run(rig.netdevs.enslave("eth1", "bond0"));
  await rig.pass(2000);
  expect(mlx5.card.lag).toBe(true);
  await rig.end();
});

describe("bugs of the first kernels with this bus (1.8)", () => {
  test("a slice that was unbound by hand survives a suspend, a resume and a reload", async () => {
    const { rig } = await Mlx5Rig.up({ ports: 1 });
    await rig.run(rig.core.auxiliary.unbind("mlx5_core.eth", "mlx5_core.eth.0"));
    await rig.run(rig.core.power.suspend());
    await rig.run(rig.core.power.resume());
    await rig.settle();
    expect(rig.aux(), "made anew, so tried anew").toEqual(["mlx5_core.eth.0", "mlx5_core.rdma.0"]);
    await rig.run(rig.core.auxiliary.unbind("mlx5_core.eth", "mlx5_core.eth.0"));
    await rig.run(rig.devlink.get(PF0).reload());
    await rig.settle();
    expect(rig.aux()).toEqual(["mlx5_core.eth.0", "mlx5_core.rdma.0"]);
    await rig.end();
  });

  test("devices of others on the bus are not taken for functions of the card", async () => {
    const mlx5 = await Mlx5Rig.of();
    const { rig } = mlx5;
    const other = rig.core.addRootDevice("other");
    const foreign = await rig.core.auxiliary.create(other, { module: "ice", name: "foreign", id: 0, shared: null });
    await mlx5.plug();
    await rig.run(rig.netdevs.addBond("bond0", "active-backup"));
    for (const name of ["eth0", "eth1"]) await rig.run(rig.netdevs.enslave(name, "bond0"));
    await rig.pass(100);
    expect(mlx5.card.lag).toBe(true);
    await rig.run(foreign.destroy());
    await rig.run(other.destroy());
    await rig.end();
  });

  test("the drivers of one module are unregistered with the representors' before Ethernet's", async () => {
    const { rig } = await Mlx5Rig.up({ ports: 1 });
    await rig.run(rig.devlink.get(PF0).setEswitchMode("switchdev"));
    rig.since();
    await rig.run(rig.modules.rmmod("mlx5_ib"));
    await rig.run(rig.modules.rmmod("mlx5_core"));
    const order = rig.sinceOf(/^unbind|^remove eth/);
    expect(order.indexOf("unbind mlx5_core.eth-rep.0")).toBeLessThan(order.indexOf("remove eth0"));
    await rig.end();
  });

  test("a connection survives a system suspend, because the network device does", async () => {
    const { rig } = await Mlx5Rig.up({ ports: 1 });
    await rig.run(rig.netdevs.setUp("eth0", true));
    const events: string[] = [];
    rig.netdevs.subscribe(({ type }) => void events.push(type));
    events.splice(0);
    await rig.run(rig.core.power.suspend());
    await rig.run(rig.core.power.resume());
    expect(events).toEqual([]);
    await rig.end();
  });

  test("a driver that has the name of another's in the same module is refused", async () => {
    const { rig } = await Mlx5Rig.up({ ports: 1 });
    const driver = defineAuxiliaryDriver({
      name: "eth",
      idTable: [{ name: "mlx5_core.other" }],
      probe: () => undefined,
    });
    await expect(rig.core.auxiliary.register(driver, { module: new Module("mlx5_core") })).rejects.toMatchObject({
      code: "EBUSY",
    });
    await rig.end();
  });
});

test("the card's second port can be a slave of the first: whichever comes first, one RDMA device has both", async () => {
  for (const slaveFirst of [false, true]) {
    const { rig } = await Mlx5Rig.up(
      {
        prepare: (hca) => {
          if (hca.port === 1) Object.assign(hca.caps, { affiliateNicVportCriteria: true, numVhcaPorts: 1 });
        },
      },
      { blacklist: ["mlx5_ib"] },
    );
    expect(rig.aux().filter((name) => /rdma|multi/.test(name))).toEqual([
      "mlx5_core.rdma.0 -",
      "mlx5_core.multiport.1 -",
    ]);
    if (slaveFirst) {
      rig.core.auxiliary.find("mlx5_core.rdma.0")?.setDriverOverride("nobody");
      await rig.run(rig.modules.modprobe("mlx5_ib"));
      expect(rig.ibNames()).toEqual([]);
      rig.core.auxiliary.find("mlx5_core.rdma.0")?.setDriverOverride(null);
      await rig.run(rig.core.auxiliary.rescan("mlx5_core.rdma.0"));
    } else await rig.run(rig.modules.modprobe("mlx5_ib"));
    expect(rig.rdma.links()).toMatchObject([
      { device: "mlx5_0", port: 1, netdev: "eth0" },
      { device: "mlx5_0", port: 2, netdev: "eth1", state: "ACTIVE" },
    ]);
    await rig.run(rig.core.auxiliary.unbind("mlx5_ib.multiport", "mlx5_core.multiport.1"));
    expect(rig.rdma.links()[1]).toMatchObject({ state: "DOWN", netdev: null });
    await expect(rig.run(rig.devlink.get("pci/0000:08:00.1").reload())).rejects.toMatchObject({ code: "EOPNOTSUPP" });
    await rig.end();
  }
});
