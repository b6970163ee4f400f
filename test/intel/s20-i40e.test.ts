import { describe, expect, test } from "vitest";
import { sharedOf } from "../nics/shared-of.ts";
import { IntelRig } from "./intel.ts";

const ADDRESS = "0000:18:00.0";

describe("20: irdma over i40e", () => {
  test("the slice is bound at once, the RDMA device comes with the service task", async () => {
    const intel = await IntelRig.up({ model: "x710" }, { blacklist: ["irdma"] });
    const { rig } = intel;
    const log: string[] = [];
    rig.core.uevents.subscribe(({ action, devpath, subsystem }) => {
      if (subsystem !== "drivers" && subsystem !== "module") log.push(`${action} ${devpath.split("/").at(-1) ?? ""}`);
    });
    await rig.run(rig.modules.modprobe("irdma"));
    await rig.pass(50);
    expect(log).toEqual(["bind i40e.iwarp.0", "add irdma0"]);
    expect(intel.nic().port.rdma.stages()).toEqual(["cqp", "hmc", "ccq", "ceq0", "ilq", "ieq", "ceqs", "aeq"]);
    await rig.end();
  });

  test("a port that goes down is told to users", async () => {
    const { rig } = await IntelRig.up({ model: "x710" });
    const events: string[] = [];
    await rig.rdma.registerClient({
      name: "client",
      add: () => undefined,
      remove: () => undefined,
      event: (_device, { type }) => void events.push(type),
    });
    await rig.run(rig.netdevs.setUp("eth0", true));
    await rig.pass(10);
    expect(events).toEqual(["PORT_ACTIVE"]);
    await rig.run(rig.netdevs.setUp("eth0", false));
    await rig.pass(10);
    expect(events).toEqual(["PORT_ACTIVE", "PORT_ERR"]);
    await rig.end();
  });

  test("a reset closes and opens the RDMA device; the slice stays bound", async () => {
    const intel = await IntelRig.up({ model: "x710" });
    const { rig } = intel;
    const before = rig.rdma.find("irdma0");
    const log: string[] = [];
    rig.core.uevents.subscribe(({ action, devpath }) => void log.push(`${action} ${devpath.split("/").at(-1) ?? ""}`));
    const resets = (): number => intel.nic().resets;
    rig.core.uevents.subscribe(({ action, devpath }) => {
      if (action === "remove" && devpath.endsWith("irdma0")) expect(resets(), "the hardware was reset before").toBe(1);
    });
    sharedOf(rig, "i40e.iwarp").requestReset("pf");
    await rig.pass(200);
    expect(log).toEqual(["remove irdma0", "add irdma0"]);
    expect(rig.rdma.find("irdma0")).not.toBe(before);
    expect(rig.aux()).toEqual(["i40e.iwarp.0"]);
    await rig.end();
  });

  test("a reset that there is not is not done, and vectors of others are not given", async () => {
    const intel = await IntelRig.up({ model: "x710" });
    const { rig } = intel;
    const info = sharedOf(rig, "i40e.iwarp");
    // A driver that was not compiled against the contract.
    Reflect.apply(info.requestReset, info, ["global"]);
    expect(rig.since()).toEqual([`warn: ${ADDRESS}: Client for PF id 0 requested an unsupported reset: global.`]);
    const { msixBase, msixCount } = info;
    for (const vector of [msixBase - 1, msixBase + msixCount]) {
      expect(() => info.setupQvlist([vector])).toThrow(expect.objectContaining({ code: "EINVAL" }));
    }
    await rig.pass(200);
    expect(intel.nic().resets).toBe(0);
    await rig.end();
  });

  test("an open that fails is tried again when service is requested again", async () => {
    const intel = await IntelRig.up({ model: "x710" }, { blacklist: ["irdma"] });
    const { rig } = intel;
    intel.nic().port.rdma.faults.failStages.set("hmc", 1);
    await rig.run(rig.modules.modprobe("irdma"));
    await rig.pass(5000);
    expect(rig.aux()).toEqual(["i40e.iwarp.0"]);
    expect(rig.ibNames()).toEqual([]);
    expect(intel.nic().port.rdma.stages()).toEqual([]);
    await rig.run(rig.netdevs.setUp("eth0", true));
    await rig.pass(100);
    expect(rig.ibNames()).toEqual(["irdma0"]);
    await rig.end();
  });

  test("the module goes: the client is closed, the slice stays; the function goes: closed before its port", async () => {
    const intel = await IntelRig.up({ model: "x710" });
    const { rig } = intel;
    await rig.run(rig.modules.rmmod("irdma"));
    expect(rig.since()).toEqual(["remove irdma0", "unbind i40e.iwarp.0"]);
    expect(intel.nic().port.rdma.stages()).toEqual([]);
    await rig.run(rig.modules.modprobe("irdma"));
    await rig.pass(100);
    rig.since();
    rig.said();
    await rig.run(rig.pci.unbind("i40e", ADDRESS));
    expect(rig.since()).toEqual([
      "remove irdma0",
      "remove eth0",
      "unbind i40e.iwarp.0",
      "remove i40e.iwarp.0",
      `unbind ${ADDRESS}`,
    ]);
    expect(rig.said()).toContain(`${ADDRESS}: Deleted LAN device PF0 bus=0x18 dev=0x00 func=0x00`);
    await rig.run(rig.pci.bind("i40e", ADDRESS));
    expect(rig.said()).toContain(`${ADDRESS}: Added LAN device PF0 bus=0x18 dev=0x00 func=0x00`);
    await rig.end();
  });

  test("a new id for each slice, given back when it is released", async () => {
    const { rig } = await IntelRig.up({ model: "x710" });
    const held = rig.core.auxiliary.find("i40e.iwarp.0");
    held?.get("somebody");
    await rig.run(rig.pci.unbind("i40e", ADDRESS));
    await rig.run(rig.pci.bind("i40e", ADDRESS));
    await rig.pass(100);
    expect(rig.aux()).toEqual(["i40e.iwarp.1"]);
    held?.put("somebody");
    await rig.run(rig.pci.unbind("i40e", ADDRESS));
    await rig.run(rig.pci.bind("i40e", ADDRESS));
    await rig.pass(100);
    expect(rig.aux()).toEqual(["i40e.iwarp.0"]);
    await rig.end();
  });

  test("a suspend closes the client, a resume opens it", async () => {
    const { rig } = await IntelRig.up({ model: "x710" });
    await rig.run(rig.core.power.suspend());
    expect(rig.ibNames()).toEqual([]);
    expect(rig.aux()).toEqual(["i40e.iwarp.0"]);
    await rig.run(rig.core.power.resume());
    await rig.pass(200);
    expect(rig.ibNames()).toEqual(["irdma0"]);
    await rig.end();
  });
});

test("33: the module goes while the service task works: it waits, and closes once", async () => {
  const intel = await IntelRig.up({ model: "x710" });
  const { rig } = intel;
  intel.nic().port.rdma.faults.commandLatency = 20;
  // A pass that opens, and takes its time.
  await rig.run(rig.modules.rmmod("irdma"));
  rig.since();
  await rig.run(rig.modules.modprobe("irdma"));
  await rig.pass(30);
  expect(intel.nic().port.rdma.stages().length, "in the midst of it").toBeGreaterThan(0);
  await rig.run(rig.modules.rmmod("irdma"));
  expect(rig.since().filter((line) => line.includes("irdma0"))).toEqual(["add irdma0", "remove irdma0"]);
  expect(intel.nic().port.rdma.stages()).toEqual([]);
  await rig.end();
});
