import { expect, test } from "vitest";
import { holdRtnl } from "../nics/rtnl.ts";
import { IntelRig } from "./intel.ts";

const DEVLINK = "pci/0000:3b:00.0";

test("32: an event that waits while the driver is unbound by hand is dropped, and what was pending dies with it", async () => {
  const intel = await IntelRig.up({ model: "e810" });
  const { rig } = intel;
  // BEFORE is told; AFTER waits for the RTNL.
  const release = holdRtnl(rig);
  intel.nic().changeDcb(4);
  await rig.pass(10);
  await rig.run(rig.core.auxiliary.unbind("irdma.gen_2", "ice.roce.0"));
  release();
  await rig.pass(10);
  expect(rig.said().filter((line) => line.includes("traffic classes"))).toEqual([]);
  expect(rig.sinceOf(/warn|error/)).toEqual([]);
  await rig.run(rig.core.auxiliary.bind("irdma.gen_2", "ice.roce.0"));
  expect(rig.ibNames()).toEqual(["irdma0"]);
  intel.nic().changeDcb(2);
  await rig.pass(10);
  expect(rig.said()).toContain("ice.roce.0: 2 traffic classes");
  await rig.end();
});

test("34: roce that is turned off during a reset does not come back as iwarp", async () => {
  const intel = await IntelRig.up({ model: "e810" });
  const { rig } = intel;
  await intel.beginReset();
  expect(rig.aux()).toEqual([]);
  await rig.run(rig.devlink.get(DEVLINK).params.set("enable_roce", false));
  await rig.pass(200);
  // 6.1 looks only at whether RDMA is on, and publishes ice.iwarp.0.
  expect(rig.aux()).toEqual([]);
  await rig.run(rig.devlink.get(DEVLINK).params.set("enable_roce", true));
  await rig.settle();
  expect(rig.aux()).toEqual(["ice.roce.0"]);
  await rig.end();
});
