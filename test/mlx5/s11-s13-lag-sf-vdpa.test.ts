import { describe, expect, test } from "vitest";
import type { EthernetPort } from "@auxbus/sim_net";
import { bringUp, ping } from "../nics/traffic.ts";
import { Mlx5Rig } from "./mlx5.ts";

const PF0 = "pci/0000:08:00.0";
const SF_DEV = "auxiliary/mlx5_core.sf.2";
const SF = { flavour: "pcisf", pfnum: 0, sfnum: 88 } as const;

/** The first port's eswitch is in switchdev mode. */
async function switchdev(): Promise<Mlx5Rig> {
  const mlx5 = await Mlx5Rig.up();
  await mlx5.rig.run(mlx5.rig.devlink.get(PF0).setEswitchMode("switchdev"));
  await mlx5.rig.settle();
  mlx5.rig.since();
  return mlx5;
}

/** It has a sub-function, too, which is in use. */
async function activeSf(): Promise<{ mlx5: Mlx5Rig; index: number }> {
  const mlx5 = await switchdev();
  const { rig } = mlx5;
  const pf = rig.devlink.get(PF0);
  const index = await rig.run(pf.addPort(SF));
  await rig.run(pf.setPortState(index, "active"));
  await rig.settle();
  rig.since();
  return { mlx5, index };
}

async function bond(mlx5: Mlx5Rig, mode: "active-backup" | "balance-rr" = "active-backup"): Promise<void> {
  const { rig } = mlx5;
  await rig.run(rig.netdevs.addBond("bond0", mode));
  await rig.run(rig.netdevs.enslave("eth0", "bond0"));
  await rig.pass(100);
  rig.since();
  await rig.run(rig.netdevs.enslave("eth1", "bond0"));
  await rig.pass(100);
}

describe("11: bonding in hardware", () => {
  test("both RDMA devices go, one comes for both; a reload is refused; released, there are two again", async () => {
    const mlx5 = await Mlx5Rig.up();
    const { rig } = mlx5;
    await bond(mlx5);
    expect(rig.since()).toEqual([
      "remove mlx5_0",
      "unbind mlx5_core.rdma.0",
      "remove mlx5_core.rdma.0",
      "remove mlx5_1",
      "unbind mlx5_core.rdma.1",
      "remove mlx5_core.rdma.1",
      "add mlx5_core.rdma.0",
      "add mlx5_bond_0",
      "bind mlx5_core.rdma.0",
    ]);
    expect(mlx5.card.lag).toBe(true);
    await expect(rig.run(rig.devlink.get(PF0).reload())).rejects.toThrow(
      /EOPNOTSUPP.*reload is unsupported in Lag mode/,
    );
    await rig.run(rig.netdevs.release("eth1"));
    await rig.pass(100);
    expect(rig.since()).toEqual([
      "remove mlx5_bond_0",
      "unbind mlx5_core.rdma.0",
      "remove mlx5_core.rdma.0",
      "add mlx5_core.rdma.0",
      "add mlx5_0",
      "bind mlx5_core.rdma.0",
      "add mlx5_core.rdma.1",
      "add mlx5_1",
      "bind mlx5_core.rdma.1",
    ]);
    expect(mlx5.card.lag).toBe(false);
    await rig.end();
  });

  test("that the firmware refuses leaves both RDMA devices", async () => {
    const mlx5 = await Mlx5Rig.up();
    const { rig } = mlx5;
    mlx5.hca(0).faults.failCommands.set("CREATE_LAG", 1);
    await bond(mlx5);
    const log = rig.since();
    expect(log.filter((line) => line.startsWith("error"))).toEqual([
      "error: 0000:08:00.0: Failed to create LAG (EIO)",
      "error: 0000:08:00.0: Failed to activate RoCE LAG",
    ]);
    expect(rig.ibNames().toSorted()).toEqual(["mlx5_0", "mlx5_1"]);
    await rig.end();
  });

  test("is not done for a bond that the hardware cannot be like", async () => {
    const mlx5 = await Mlx5Rig.up();
    await bond(mlx5, "balance-rr");
    expect(mlx5.rig.since()).toEqual([]);
    expect(mlx5.card.lag).toBe(false);
    await mlx5.rig.end();
  });

  test("in switchdev mode leaves the RDMA devices as they are", async () => {
    const mlx5 = await Mlx5Rig.up();
    const { rig } = mlx5;
    for (const handle of [PF0, "pci/0000:08:00.1"]) await rig.run(rig.devlink.get(handle).setEswitchMode("switchdev"));
    await rig.settle();
    await bond(mlx5);
    await rig.pass(3000);
    expect(rig.since()).toEqual([]);
    expect(mlx5.card.lag).toBe(true);
    await rig.run(rig.devlink.get(PF0).setEswitchMode("legacy"));
    await rig.pass(3000);
    expect(mlx5.card.lag, "one in each mode").toBe(false);
    await rig.end();
  });

  test("frames go out of the active slave, and of the other when it loses its link", async () => {
    const mlx5 = await Mlx5Rig.up();
    const { rig } = mlx5;
    const peer: EthernetPort = rig.network.addPort();
    peer.setCable(true);
    const seen: Uint8Array[] = [];
    peer.onFrame = (frame) => void seen.push(frame);
    await bond(mlx5);
    await bringUp(rig, "bond0", "10.0.0.1");
    rig.netdevs.inet.resolve(rig.netdevs.get("bond0"), "10.0.0.9").catch(() => undefined);
    await rig.pass(10);
    expect(rig.netdevs.bonds()).toMatchObject([{ active: "eth0", slaves: ["eth0", "eth1"] }]);
    expect(rig.netdevs.get("eth0").stats.txPackets).toBe(1);
    mlx5.card.setCable(0, false);
    await rig.pass(1000);
    expect(rig.netdevs.bonds()).toMatchObject([{ active: "eth1" }]);
    expect(rig.netdevs.get("eth1").stats.txPackets).toBe(1);
    expect(seen).toHaveLength(2);
    await rig.pass(5000);
    await rig.end();
  });
});

describe("12: sub-functions", () => {
  test("are made only in switchdev mode", async () => {
    const { rig } = await Mlx5Rig.up();
    const add = rig.devlink.get(PF0).addPort(SF);
    await expect(rig.run(add)).rejects.toThrow(
      "EOPNOTSUPP: Port add is only supported in eswitch switchdev mode or SF ports are disabled.",
    );
    await rig.end();
  });

  test("appear, are used, and go", async () => {
    const mlx5 = await switchdev();
    const { rig } = mlx5;
    const pf = rig.devlink.get(PF0);
    const index = await rig.run(pf.addPort(SF));
    expect(rig.since()).toEqual(["add enp8s0f0npf0sf88"]);
    const port = (): unknown => pf.ports.list().find((one) => one.index === index);
    expect(port()).toMatchObject({ flavour: "pcisf", sfnum: 88, state: "inactive", opstate: "detached" });
    await rig.run(pf.setPortState(index, "active"));
    await rig.settle();
    expect(rig.since()).toEqual(
      [
        "add mlx5_core.sf.2",
        "add mlx5_core.eth.2",
        "add eth2",
        "bind mlx5_core.eth.2",
        "add mlx5_core.rdma.2",
        "add mlx5_2",
        "bind mlx5_core.rdma.2",
        "add mlx5_core.vnet.2",
        `devlink new ${SF_DEV}`,
        "bind mlx5_core.sf.2",
        "bind mlx5_core.vnet.2",
      ].toSorted((a, b) => order(a) - order(b)),
    );
    expect(port()).toMatchObject({ state: "active", opstate: "attached" });
    expect(rig.core.sysfs.read("bus/auxiliary/devices/mlx5_core.sf.2/sfnum")).toBe("88\n");
    expect(rig.core.auxiliary.find("mlx5_core.eth.2")?.parent?.name).toBe("mlx5_core.sf.2");
    // It is on the network, beside its function and behind its representor.
    await bringUp(rig, "eth0", "10.0.0.1");
    await bringUp(rig, "eth2", "10.0.0.2");
    await bringUp(rig, "enp8s0f0npf0sf88", "10.1.0.1");
    await ping(rig, "eth0", "10.0.0.2");
    await expect(rig.run(pf.reload())).rejects.toThrow("EOPNOTSUPP: reload is unsupported when SFs are allocated");
    rig.since();
    // The device reacts to the firmware's events: they take a while.
    mlx5.hca(0).faults.eventDelay = 50;
    await rig.run(pf.setPortState(index, "inactive"));
    expect(port()).toMatchObject({ state: "inactive", opstate: "attached" });
    await expect(rig.run(pf.setPortState(index, "active"))).rejects.toThrow(
      "EBUSY: SF is inactivated but it is still attached",
    );
    await rig.pass(200);
    expect(rig.since()).toEqual([
      `devlink del ${SF_DEV}`,
      "unbind mlx5_core.vnet.2",
      "remove mlx5_core.vnet.2",
      "remove mlx5_2",
      "unbind mlx5_core.rdma.2",
      "remove mlx5_core.rdma.2",
      "remove eth2",
      "unbind mlx5_core.eth.2",
      "remove mlx5_core.eth.2",
      "unbind mlx5_core.sf.2",
      "remove mlx5_core.sf.2",
    ]);
    expect(port()).toMatchObject({ state: "inactive", opstate: "detached" });
    await rig.run(pf.delPort(index));
    expect(rig.since()).toEqual(["remove enp8s0f0npf0sf88"]);
    await rig.run(pf.reload());
    await rig.settle();
    await rig.end();
  });

  test("a port that is deleted while its function is in use goes at once, the number later", async () => {
    const { mlx5, index } = await activeSf();
    const { rig } = mlx5;
    const pf = rig.devlink.get(PF0);
    mlx5.hca(0).faults.eventDelay = 50;
    await rig.run(pf.delPort(index));
    expect(rig.netdevNames()).not.toContain("enp8s0f0npf0sf88");
    expect(mlx5.hca(0).subFunctions.size).toBe(1);
    await expect(rig.run(pf.addPort(SF))).rejects.toThrow("EEXIST: SF already exist. Choose different sfnum");
    await rig.pass(500);
    expect(mlx5.hca(0).subFunctions.size).toBe(0);
    expect(await rig.run(pf.addPort(SF))).toBe(index);
    await rig.end();
  });

  test("whose device cannot be added are said to be so, and come when they can be", async () => {
    const mlx5 = await switchdev();
    const { rig } = mlx5;
    const pf = rig.devlink.get(PF0);
    // Somebody else has the name.
    const other = rig.core.addRootDevice("other");
    const device = await rig.core.auxiliary.create(other, { module: "mlx5_core", name: "sf", id: 2 });
    const index = await rig.run(pf.addPort(SF));
    rig.since();
    await rig.run(pf.setPortState(index, "active"));
    await rig.settle();
    expect(rig.sinceOf(/SF DEV/)).toEqual([
      `error: 0000:08:00.0: SF DEV: fail device add for index=${index} sfnum=88 err=EEXIST`,
    ]);
    await rig.run(device.destroy());
    await rig.run(other.destroy());
    // The firmware still has it for one that may be used.
    mlx5.hca(0).subFunctions.repeat(index);
    await rig.settle();
    expect(rig.aux()).toContain("mlx5_core.sf.2");
    await rig.end();
  });

  test("that are to go and have no device are an error of the firmware's", async () => {
    const { mlx5, index } = await activeSf();
    const { rig } = mlx5;
    const pf = rig.devlink.get(PF0);
    // Told twice, before the device has gone.
    const inactive = pf.setPortState(index, "inactive");
    while (mlx5.hca(0).subFunctions.state(index).state === "IN_USE") await rig.pass(0.1);
    mlx5.hca(0).subFunctions.repeat(index);
    await rig.run(inactive);
    await rig.settle();
    expect(rig.sinceOf(/error|sf\.2$/)).toEqual([
      `devlink del ${SF_DEV}`,
      "unbind mlx5_core.sf.2",
      "remove mlx5_core.sf.2",
      `error: 0000:08:00.0: SF DEV: teardown state for invalid dev index=${index} sfnum=88`,
    ]);
    await rig.end();
  });

  test("bad numbers, and too many, are refused", async () => {
    const mlx5 = await switchdev();
    const { rig } = mlx5;
    const add = (spec: { flavour?: string; pfnum?: number; sfnum?: number }): Promise<number> =>
      rig.run(rig.devlink.get(PF0).addPort({ flavour: "pcisf", pfnum: 0, ...spec }));
    await expect(add({})).rejects.toMatchObject({ code: "EINVAL" });
    await expect(add({ pfnum: 1, sfnum: 1 })).rejects.toMatchObject({ code: "EINVAL" });
    await expect(add({ flavour: "physical", sfnum: 1 })).rejects.toMatchObject({ code: "EOPNOTSUPP" });
    for (let sfnum = 0; sfnum < 8; sfnum++) await add({ sfnum });
    await expect(add({ sfnum: 8 })).rejects.toMatchObject({ code: "ENOSPC" });
    await expect(add({ sfnum: 3 })).rejects.toMatchObject({ code: "EEXIST" });
    await rig.run(rig.devlink.get(PF0).setEswitchMode("legacy"));
    expect(mlx5.hca(0).subFunctions.size).toBe(0);
    await rig.end();
  });
});

describe("13: vDPA", () => {
  test("a device is made of a sub-function's queues, once; it goes with the driver", async () => {
    const { rig } = (await activeSf()).mlx5;
    expect(rig.vdpa.mgmtdevs()).toEqual([
      { handle: SF_DEV, maxVqs: 17, attributes: ["mac", "maxVqp", "mtu"], devices: [] },
    ]);
    const device = await rig.run(rig.vdpa.addDevice("v0", SF_DEV, { mtu: 9000 }));
    expect(rig.since()).toEqual(["add v0"]);
    expect(device.path).toMatch(/mlx5_core\.sf\.2\/v0$/);
    expect(device.config).toMatchObject({ mtu: 9000, maxVqp: 8, linkUp: true });
    await expect(rig.run(rig.vdpa.addDevice("v1", SF_DEV))).rejects.toMatchObject({ code: "ENOSPC" });
    await expect(rig.run(rig.vdpa.addDevice("v0", SF_DEV))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(rig.run(rig.vdpa.addDevice("v2", "pci/nobody"))).rejects.toMatchObject({ code: "ENODEV" });
    await rig.run(rig.modules.rmmod("mlx5_vdpa"));
    expect(rig.since()).toEqual(["remove v0", "unbind mlx5_core.vnet.2"]);
    expect(rig.vdpa.mgmtdevs()).toEqual([]);
    expect(rig.aux()).toContain("mlx5_core.vnet.2 -");
    await rig.end();
  });

  test("enable_vnet=false and a reload of the sub-function take the slice away", async () => {
    const { rig } = (await activeSf()).mlx5;
    const sf = rig.devlink.get(SF_DEV);
    await rig.run(sf.params.set("enable_vnet", false));
    await rig.run(sf.reload());
    await rig.settle();
    expect(rig.aux().filter((name) => name.endsWith(".2"))).toEqual([
      "mlx5_core.sf.2",
      "mlx5_core.eth.2",
      "mlx5_core.rdma.2",
    ]);
    await rig.end();
  });
});

/** Where an event of a sub-function's birth belongs; modules for its slices are loaded beside. */
function order(event: string): number {
  const known = [
    /add mlx5_core\.sf/,
    /add mlx5_core\.eth/,
    /add eth/,
    /bind .*eth/,
    /add .*rdma/,
    /add mlx5_2/,
    /bind .*rdma/,
    /add .*vnet/,
    /devlink/,
    /bind .*sf/,
    /bind .*vnet/,
  ];
  return known.findIndex((pattern) => pattern.test(event));
}
