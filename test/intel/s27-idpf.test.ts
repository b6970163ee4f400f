import { expect, test } from "vitest";
import { sharedOf } from "../nics/shared-of.ts";
import { IntelRig } from "./intel.ts";

const ADDRESS = "0000:5e:00.0";

test("27: slices of ports appear from within the probe of the core's, and go before it", async () => {
  const { rig } = await IntelRig.up({ model: "e2100" }, { blacklist: ["irdma"] });
  expect(rig.aux()).toEqual(["idpf.8086.rdma.core.0 -"]);
  await rig.run(rig.modules.modprobe("irdma"));
  rig.since();
  await rig.run(rig.core.auxiliary.unbind("irdma.core", "idpf.8086.rdma.core.0"));
  expect(rig.since()).toEqual([
    "remove irdma1",
    "unbind idpf.8086.rdma.vdev.2",
    "remove idpf.8086.rdma.vdev.2",
    "remove irdma0",
    "unbind idpf.8086.rdma.vdev.1",
    "remove idpf.8086.rdma.vdev.1",
    "unbind idpf.8086.rdma.core.0",
  ]);
  await rig.run(rig.core.auxiliary.bind("irdma.core", "idpf.8086.rdma.core.0"));
  expect(rig.since()).toEqual([
    "add idpf.8086.rdma.vdev.1",
    "add irdma0",
    "bind idpf.8086.rdma.vdev.1",
    "add idpf.8086.rdma.vdev.2",
    "add irdma1",
    "bind idpf.8086.rdma.vdev.2",
    "bind idpf.8086.rdma.core.0",
  ]);
  await rig.run(rig.pci.unbind("idpf", ADDRESS));
  expect(rig.aux()).toEqual([]);
  await rig.end();
});

test("a reset warns, takes all slices away, and brings them back", async () => {
  const intel = await IntelRig.up({ model: "e2100" });
  const { rig } = intel;
  sharedOf(rig, "idpf.8086.rdma.core").requestReset();
  await rig.pass(200);
  expect(rig.since().filter((line) => line.startsWith("add idpf"))).toEqual([
    "add idpf.8086.rdma.core.0",
    "add idpf.8086.rdma.vdev.1",
    "add idpf.8086.rdma.vdev.2",
  ]);
  expect(rig.ibNames()).toEqual(["irdma0", "irdma1"]);
  expect(intel.nic().resets).toBe(1);
  await rig.end();
});

test("the MTU of a port is told to its driver, and not under the RTNL", async () => {
  const { rig } = await IntelRig.up({ model: "e2100" });
  await rig.run(rig.netdevs.setMtu("eth1", 4000));
  await rig.pass(10);
  expect(rig.netdevs.get("eth1").mtu).toBe(4000);
  expect(rig.since()).toEqual([]);
  await rig.end();
});
