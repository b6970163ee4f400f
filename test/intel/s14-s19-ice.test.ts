import { describe, expect, test } from "vitest";
import { IIDC_EVENT } from "@auxbus/ice";
import { OICR } from "@auxbus/sim_intel_nic";
import { holdRtnl } from "../nics/rtnl.ts";
import { sharedOf } from "../nics/shared-of.ts";
import { bringUp, completions, connect } from "../nics/traffic.ts";
import { IntelRig } from "./intel.ts";

const ADDRESS = "0000:3b:00.0";
const DEVLINK = `pci/${ADDRESS}`;

describe("14: irdma over two functions", () => {
  test("needs ice and i40e, binds both slices, and lets RDMA packets in", async () => {
    const intel = await IntelRig.up({ model: "e810", functions: 2 }, { blacklist: ["irdma"] });
    const { rig } = intel;
    expect(rig.aux()).toEqual(["ice.roce.0 -", "ice.roce.1 -"]);
    await rig.run(rig.modules.modprobe("irdma"));
    expect(rig.lsmod()).toEqual(expect.arrayContaining(["ice", "i40e", "irdma"]));
    expect(rig.aux()).toEqual(["ice.roce.0", "ice.roce.1"]);
    expect(rig.ibNames()).toEqual(["irdma0", "irdma1"]);
    expect([intel.nic(0).rdmaFilter, intel.nic(1).rdmaFilter]).toEqual([true, true]);
    await expect(rig.run(rig.modules.rmmod("ice"))).rejects.toMatchObject({ code: "EBUSY" });
    rig.since();
    await rig.run(rig.modules.rmmod("irdma"));
    expect(rig.since()).toEqual(["remove irdma1", "unbind ice.roce.1", "remove irdma0", "unbind ice.roce.0"]);
    expect(rig.aux()).toEqual(["ice.roce.0 -", "ice.roce.1 -"]);
    expect(intel.nic(0).port.rdma.stages()).toEqual([]);
    expect(intel.nic(0).rdmaFilter).toBe(false);
    await rig.end();
  });

  test("writes into the memory of the other function's user", async () => {
    const intel = await IntelRig.up({ model: "e810", functions: 2 });
    const { rig } = intel;
    for (const name of ["eth0", "eth1"]) await rig.run(rig.netdevs.setUp(name, true));
    const [client, server] = await connect(rig, "irdma0", "irdma1");
    client.mr.memory.set([1, 2, 3]);
    await rig.run(
      client.qp.postSend({
        id: 7,
        opcode: "RDMA_WRITE",
        sge: { address: client.mr.address, length: 3, lkey: client.mr.lkey },
        remoteAddress: server.mr.address + 10,
        rkey: server.mr.rkey,
      }),
    );
    expect(await completions(rig, client.cq)).toEqual([
      { id: 7, status: "SUCCESS", opcode: "RDMA_WRITE", qpn: client.qp.qpn, bytes: 3 },
    ]);
    expect([...server.mr.memory.slice(9, 14)]).toEqual([0, 1, 2, 3, 0]);
    await rig.end();
  });

  test("a stage that does not come up is undone; the slice stays and can be tried again", async () => {
    const intel = await IntelRig.up({ model: "e810" }, { blacklist: ["irdma"] });
    const { rig } = intel;
    const { rdma } = intel.nic().port;
    for (const stage of ["cqp", "ceq0", "ceqs", "aeq"] as const) {
      rdma.faults.failStages.set(stage, 1);
      await rig.run(rig.modules.modprobe("irdma"));
      expect(rig.aux(), stage).toEqual(["ice.roce.0 -"]);
      expect(rdma.stages(), stage).toEqual([]);
      expect(intel.nic().qsets, stage).toBe(0);
      await rig.run(rig.core.auxiliary.rescan("ice.roce.0"));
      expect(rig.ibNames(), stage).toEqual(["irdma0"]);
      await rig.run(rig.modules.rmmod("irdma"));
    }
    intel.nic().faults.failQsets = 1;
    await rig.run(rig.modules.modprobe("irdma"));
    expect(rig.aux()).toEqual(["ice.roce.0 -"]);
    await rig.end();
  });

  test("a function without RDMA has no slice, which is no error", async () => {
    const { rig } = await IntelRig.up({ model: "e810", prepare: (nic) => void (nic.caps.rdma = false) });
    expect(rig.aux()).toEqual([]);
    expect(rig.pci.find(ADDRESS)?.driver?.name).toBe("ice");
    await expect(rig.run(rig.devlink.get(DEVLINK).params.set("enable_roce", true))).rejects.toMatchObject({
      code: "EOPNOTSUPP",
    });
    await rig.end();
  });
});

describe("15: a reset", () => {
  test("takes the slice away first and brings it back last, with the same id", async () => {
    const intel = await IntelRig.up({ model: "e810" });
    const { rig } = intel;
    await rig.run(rig.netdevs.setUp("eth0", true));
    const before = rig.rdma.find("irdma0");
    const log: string[] = [];
    await rig.rdma.registerClient({
      name: "client",
      add: ({ name }) => void log.push(`client add ${name}`),
      remove: ({ name }) => void log.push(`client remove ${name}`),
      event: (_device, { type }) => void log.push(type),
    });
    log.splice(0);
    const dev = rig.netdevs.get("eth0");
    const detach = dev.detach.bind(dev);
    const attach = dev.attach.bind(dev);
    dev.detach = () => {
      log.push("netdev detached");
      detach();
    };
    dev.attach = () => {
      log.push("netdev attached");
      attach();
    };
    rig.core.uevents.subscribe(({ action, devpath }) => void log.push(`${action} ${devpath.split("/").at(-1) ?? ""}`));
    intel.nic().raise(OICR.HMC_ERR);
    await rig.pass(100);
    expect(log).toEqual([
      "PORT_ERR",
      "client remove irdma0",
      "remove irdma0",
      "unbind ice.roce.0",
      "remove ice.roce.0",
      "netdev detached",
      "netdev attached",
      "add ice.roce.0",
      "add irdma0",
      "client add irdma0",
      "PORT_ACTIVE",
      "bind ice.roce.0",
    ]);
    expect(rig.rdma.find("irdma0")).not.toBe(before);
    expect(intel.nic().resets).toBe(1);
    await rig.end();
  });

  test("is of a kind that there is, and one at a time", async () => {
    const intel = await IntelRig.up({ model: "e810" });
    const { rig } = intel;
    const fn = sharedOf(rig, "ice.roce");
    // A driver that was not compiled against the contract.
    expect(() => Reflect.apply(fn.requestReset, fn, ["vf"])).toThrow(expect.objectContaining({ code: "EINVAL" }));
    expect(rig.since()).toEqual([`error: ${ADDRESS}: incorrect reset request`]);
    fn.requestReset("core");
    expect(() => fn.requestReset("pf")).toThrow("EBUSY: Reset already in progress");
    await rig.pass(5);
    await expect(rig.run(rig.devlink.get(DEVLINK).reload("fw_activate"))).rejects.toThrow(
      "EBUSY: Reset already in progress",
    );
    await rig.pass(100);
    expect(intel.nic().resets).toBe(1);
    expect(rig.aux()).toEqual(["ice.roce.0"]);
    await rig.end();
  });

  test("that fails leaves RDMA away", async () => {
    const intel = await IntelRig.up({ model: "e810" });
    const { rig } = intel;
    intel.nic().faults.failResets = 1;
    intel.nic().raise(OICR.HMC_ERR);
    await rig.pass(100);
    expect(rig.since().filter((line) => line.startsWith("error"))).toEqual([
      `error: ${ADDRESS}: Rebuild failed, unload and reload driver`,
    ]);
    expect(rig.aux()).toEqual([]);
    intel.nic().raise(OICR.HMC_ERR);
    await rig.pass(100);
    expect(intel.nic().resets).toBe(0);
    rig.since();
    // Neither does the reset that a resume asks for.
    await rig.run(rig.core.power.suspend());
    await rig.run(rig.core.power.resume());
    expect(rig.since()).toEqual([`error: ${ADDRESS}: Reset during resume failed.`]);
    await rig.run(rig.pci.unbind("ice", ADDRESS));
    await rig.run(rig.pci.bind("ice", ADDRESS));
    await rig.settle();
    expect(rig.ibNames()).toEqual(["irdma0"]);
    await rig.end();
  });
});

describe("16: the MTU", () => {
  test("is changed at once; the bound driver hears of it later, and never under the RTNL", async () => {
    const intel = await IntelRig.up({ model: "e810" });
    const { rig } = intel;
    const locked: boolean[] = [];
    rig.core.log.subscribe(({ message }) => {
      if (message.includes("MTU")) locked.push(rig.netdevs.rtnl.locked);
    });
    await rig.run(rig.netdevs.setMtu("eth0", 9000));
    await rig.pass(10);
    expect(rig.said()).toContain("ice.roce.0: MTU is 9000");
    await rig.run(rig.netdevs.setMtu("eth0", 500));
    await rig.pass(10);
    expect(rig.sinceOf(/warn/)).toEqual([
      "warn: ice.roce.0: MTU setting [500] too low for RDMA traffic. Minimum MTU is 576 for IPv4",
    ]);
    expect(locked).toEqual([false, false, false]);
    await rig.run(rig.netdevs.setMtu("eth0", 1000));
    await rig.pass(10);
    expect(rig.sinceOf(/warn/)).toEqual([
      "warn: ice.roce.0: MTU setting [1000] too low for RDMA traffic. Minimum MTU is 1280 for IPv6",
    ]);
    rig.said();
    // Unbound: nobody is told.
    await rig.run(rig.core.auxiliary.unbind("irdma.gen_2", "ice.roce.0"));
    await rig.run(rig.netdevs.setMtu("eth0", 1500));
    await rig.pass(10);
    expect(rig.said().filter((line) => line.includes("MTU"))).toEqual([]);
    expect(rig.netdevs.get("eth0").mtu).toBe(1500);
    await rig.end();
  });

  test("that changes during a reset is told after it, if it is news", async () => {
    const intel = await IntelRig.up({ model: "e810" });
    const { rig } = intel;
    await intel.beginReset();
    expect(rig.aux()).toEqual([]);
    await rig.run(rig.netdevs.setMtu("eth0", 9000));
    expect(rig.netdevs.get("eth0").mtu).toBe(9000);
    rig.said();
    await rig.pass(200);
    // It was probed after the change, so it knows.
    expect(rig.said().filter((line) => line.includes("MTU is"))).toEqual([]);
    expect(rig.aux()).toEqual(["ice.roce.0"]);
    await rig.end();
  });
});

describe("17: an error of the RDMA hardware", () => {
  test("is told to the driver, which asks for a reset; its handler has ended before the slice goes", async () => {
    const intel = await IntelRig.up({ model: "e810" });
    const { rig } = intel;
    intel.nic().raise(OICR.HMC_ERR);
    await rig.pass(100);
    expect(rig.since()).toEqual([
      "warn: ice.roce.0: ICE OICR event notification: oicr = 0x04000000",
      "warn: ice.roce.0: Requesting a reset",
      "remove irdma0",
      "unbind ice.roce.0",
      "remove ice.roce.0",
      "add ice.roce.0",
      "add irdma0",
      "bind ice.roce.0",
    ]);
    expect(IIDC_EVENT.CRIT_ERR).toBe(16);
    await rig.end();
  });

  test("several that come together are one event; one that is harmless resets nothing", async () => {
    const intel = await IntelRig.up({ model: "e810" });
    const { rig } = intel;
    intel.nic().raise(OICR.HMC_ERR);
    intel.nic().raise(OICR.PE_PUSH);
    await rig.pass(100);
    expect(rig.since().filter((line) => line.includes("OICR"))).toEqual([
      "warn: ice.roce.0: ICE OICR event notification: oicr = 0x0c000000",
    ]);
    intel.nic().raise(OICR.PE_CRITERR, 0x0001_024d);
    await rig.pass(100);
    expect(rig.since()).toEqual([
      "warn: ice.roce.0: ICE OICR event notification: oicr = 0x10000000",
      "warn: ice.roce.0: Q1 Resource Check",
    ]);
    expect(intel.nic().resets).toBe(1);
    await rig.end();
  });
});

test("a function without RDMA says so, and is a network card", async () => {
  const intel = await IntelRig.of();
  const { rig } = intel;
  await intel.plug({ model: "e810", prepare: ({ caps }) => void (caps.rdma = false) });
  expect(rig.sinceOf(/warn|error/)).toEqual([`warn: ${ADDRESS}: RDMA is not supported on this device`]);
  expect(rig.aux()).toEqual([]);
  expect(rig.netdevNames()).toEqual(["eth0"]);
  const { params } = rig.devlink.get(DEVLINK);
  await expect(rig.run(params.set("enable_iwarp", true))).rejects.toThrow(
    "EOPNOTSUPP: RDMA is not enabled on this device",
  );
  await rig.end();
});

test("18: the protocol is chosen at run time, one at a time", async () => {
  const { rig } = await IntelRig.up({ model: "e810" });
  const { params } = rig.devlink.get(DEVLINK);
  await expect(rig.run(params.set("enable_iwarp", true))).rejects.toThrow(
    "EOPNOTSUPP: RoCEv2 is currently enabled. This device cannot enable iWARP and RoCEv2 simultaneously",
  );
  await rig.run(params.set("enable_roce", false));
  expect(rig.since()).toEqual(["remove irdma0", "unbind ice.roce.0", "remove ice.roce.0"]);
  await rig.run(params.set("enable_iwarp", true));
  await rig.settle();
  expect(rig.since()).toEqual(["add ice.iwarp.0", "add irdma0", "bind ice.iwarp.0"]);
  await expect(rig.run(params.set("enable_roce", true))).rejects.toThrow(
    "EOPNOTSUPP: iWARP is currently enabled. This device cannot enable RoCEv2 and iWARP simultaneously",
  );
  expect(params.list()).toEqual([
    { name: "enable_roce", cmode: "runtime", value: false },
    { name: "enable_iwarp", cmode: "runtime", value: true },
  ]);
  await rig.end();
});

describe("19: a function that is bonded", () => {
  test("has no RDMA until it is released", async () => {
    const { rig } = await IntelRig.up({ model: "e810", functions: 2 });
    const { params } = rig.devlink.get(DEVLINK);
    await rig.run(rig.netdevs.addBond("bond0", "active-backup"));
    rig.since();
    await rig.run(rig.netdevs.enslave("eth0", "bond0"));
    await rig.pass(50);
    expect(rig.since()).toEqual(["remove irdma0", "unbind ice.roce.0", "remove ice.roce.0"]);
    await expect(rig.run(params.set("enable_roce", true))).rejects.toMatchObject({ code: "EOPNOTSUPP" });
    await rig.run(rig.netdevs.release("eth0"));
    await rig.pass(50);
    expect(rig.since()).toEqual(["add ice.roce.0", "add irdma0", "bind ice.roce.0"]);
    await rig.end();
  });

  test("and goes keeps no id", async () => {
    const intel = await IntelRig.up({ model: "e810", functions: 2 });
    const { rig } = intel;
    await rig.run(rig.netdevs.addBond("bond0", "active-backup"));
    await rig.run(rig.netdevs.enslave("eth0", "bond0"));
    await rig.run(rig.pci.unbind("ice", ADDRESS));
    expect(rig.netdevs.bonds()).toMatchObject([{ slaves: [] }]);
    await rig.run(rig.pci.bind("ice", ADDRESS));
    await rig.settle();
    expect(rig.aux().toSorted()).toEqual(["ice.roce.0", "ice.roce.1"]);
    await rig.end();
  });
});

test("a suspend takes the slice away, a resume brings it back, and resets the function", async () => {
  const intel = await IntelRig.up({ model: "e810" });
  const { rig } = intel;
  await rig.run(rig.core.power.suspend());
  expect(rig.aux()).toEqual([]);
  await rig.run(rig.core.power.resume());
  await rig.pass(200);
  expect(intel.nic().resets).toBe(1);
  expect(rig.aux()).toEqual(["ice.roce.0"]);
  expect(rig.ibNames()).toEqual(["irdma0"]);
  await rig.end();
});

test("new firmware is activated by a reset of the card", async () => {
  const intel = await IntelRig.up({ model: "e810" });
  const { rig } = intel;
  await expect(rig.run(rig.devlink.get(DEVLINK).reload())).rejects.toMatchObject({ code: "EOPNOTSUPP" });
  expect(await rig.run(rig.devlink.get(DEVLINK).reload("fw_activate"))).toEqual(["fw_activate"]);
  expect(intel.nic().resets).toBe(1);
  await rig.settle();
  expect(rig.aux()).toEqual(["ice.roce.0"]);
  await rig.end();
});

test("traffic classes that change hold sends back, and then let them go", async () => {
  const intel = await IntelRig.up({ model: "e810", functions: 2 });
  const { rig } = intel;
  for (const name of ["eth0", "eth1"]) await bringUp(rig, name, `10.0.0.${name.slice(-1)}`);
  const [client, server] = await connect(rig, "irdma0", "irdma1");
  const release = holdRtnl(rig);
  // The change itself needs the RTNL; the driver is told before.
  intel.nic().changeDcb(4);
  await rig.pass(10);
  const posted = client.qp.postSend({
    id: 1,
    opcode: "RDMA_WRITE",
    sge: { address: client.mr.address, length: 8, lkey: client.mr.lkey },
    remoteAddress: server.mr.address,
    rkey: server.mr.rkey,
  });
  await rig.pass(100);
  expect(await rig.run(client.cq.poll())).toEqual([]);
  release();
  await rig.run(posted);
  expect(await completions(rig, client.cq)).toMatchObject([{ id: 1, status: "SUCCESS" }]);
  expect(rig.said()).toContain("ice.roce.0: 4 traffic classes");
  await rig.end();
});
