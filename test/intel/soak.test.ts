import { OICR, RDMA_STAGES } from "@auxbus/sim_intel_nic";
import { connectEnds } from "@auxbus/perftest";
import { describe, expect, test } from "vitest";
import { type Act, SEEDS, soak } from "../nics/soak.ts";
import { expectTraffic } from "../nics/traffic.ts";
import { IntelRig } from "./intel.ts";

const DRIVERS = { x710: "i40e", e810: "ice", e2100: "idpf" } as const;

/** Two E810 functions, one X710, one E2100 with two ports. */
async function machine(): Promise<IntelRig> {
  const intel = await IntelRig.of();
  await intel.plug({ model: "e810", functions: 2 });
  await intel.plug({ model: "x710" });
  await intel.plug({ model: "e2100" });
  await intel.rig.pass(100);
  return intel;
}

function acts(intel: IntelRig): Act[] {
  const { rig, plugged } = intel;
  const { auxiliary } = rig.core;
  return [
    async (pick) => rig.devlink.get(pick(rig.devlink.list()).handle).reload("fw_activate"),
    async (pick) =>
      rig.devlink
        .get(pick(rig.devlink.list()).handle)
        .params.set(pick(["enable_roce", "enable_iwarp"]), pick([true, false])),
    async (pick) => {
      const device = pick([...auxiliary.devices()]);
      if (device.driver !== null) await auxiliary.unbind(device.driver.name, device.name);
    },
    async (pick) => auxiliary.rescan(pick([...auxiliary.devices()]).name),
    async (pick) => auxiliary.rescan(pick([...auxiliary.devices()]).name),
    async (pick) => {
      const { device } = pick(plugged);
      if (device.driver !== null) await rig.pci.unbind(device.driver.name, device.name);
    },
    ...[0, 1, 2, 3].map((i) => async () => {
      const one = plugged[i];
      if (one?.device.driver === null) await rig.pci.bind(DRIVERS[one.nic.model], one.device.name);
    }),
    async () => rig.modules.modprobe("irdma"),
    async () => rig.modules.modprobe("irdma"),
    async () => rig.modules.rmmod("irdma"),
    async (pick) => {
      if (rig.netdevs.bonds().length === 0) await rig.netdevs.addBond("bond0", "active-backup");
      await rig.netdevs.enslave(pick(rig.netdevNames()), "bond0");
    },
    async (pick) => rig.netdevs.release(pick(rig.netdevNames())),
    async (pick) => rig.netdevs.setUp(pick(rig.netdevNames()), pick([true, true, false])),
    async (pick) => rig.netdevs.setMtu(pick(rig.netdevNames()), pick([500, 1000, 1500, 9000])),
    async (pick) => {
      const names = rig.ibNames();
      const [client, server] = await connectEnds(rig.rdma, [pick(names), pick(names)], 4096);
      await client.context.close();
      await server.context.close();
    },
    async (_pick, random) => {
      await rig.core.power.suspend();
      await new Promise<void>((resolve) => void rig.runtime.setTimer(resolve, random.between(1, 100)));
      await rig.core.power.resume();
    },
  ];
}

function knobs({ plugged }: IntelRig): Act[] {
  return [
    (pick) => pick(plugged).nic.raise(pick([OICR.HMC_ERR, OICR.PE_PUSH, OICR.PE_CRITERR]), pick([0, 0x0001_024d])),
    (pick) => pick(plugged).nic.changeDcb(pick([1, 2, 4])),
    (pick) => void (pick(plugged).nic.faults.resetLatency = pick([1, 10, 300])),
    (pick, random) => {
      if (random.next() < 0.2) pick(plugged).nic.faults.failResets = 1;
    },
    (pick) => void (pick(plugged).nic.faults.failQsets = pick([0, 1])),
    (pick) => void pick(pick(plugged).nic.vports).rdma.faults.failStages.set(pick(RDMA_STAGES), 1),
    (pick) => void (pick(pick(plugged).nic.vports).rdma.faults.failCommands = pick([0, 1, 3])),
    (pick) => void (pick(pick(plugged).nic.vports).rdma.faults.commandLatency = pick([0, 0.1, 5])),
    (pick) => pick(pick(plugged).nic.vports).setCable(pick([true, true, false])),
  ];
}

/** After all that, functions without faults work as on their first day. */
async function expectWell(intel: IntelRig): Promise<void> {
  const { rig, plugged } = intel;
  for (const { nic } of plugged) {
    Object.assign(nic.faults, { resetLatency: 10, failResets: 0, failQsets: 0 });
    for (const vport of nic.vports) {
      vport.rdma.faults.failStages.clear();
      Object.assign(vport.rdma.faults, { failCommands: 0, commandLatency: 0.1 });
      vport.setCable(true);
    }
  }
  await rig.pass(5000);
  for (const { name } of rig.netdevs.bonds()) await rig.run(rig.netdevs.delBond(name));
  for (const { nic, device } of plugged) {
    if (device.driver !== null) await rig.run(rig.pci.unbind(device.driver.name, device.name));
    for (const vport of nic.vports) expect(vport.rdma.stages(), `${nic.model}: RDMA that is left`).toEqual([]);
    expect(nic.qsets, "queue sets").toBe(0);
    await rig.run(rig.pci.bind(DRIVERS[nic.model], device.name));
  }
  await rig.run(rig.modules.modprobe("irdma"));
  await rig.settle();
  await rig.pass(2000);
  expect(rig.aux().toSorted()).toEqual([
    "i40e.iwarp.0",
    "ice.roce.0",
    "ice.roce.1",
    "idpf.8086.rdma.core.0",
    "idpf.8086.rdma.vdev.1",
    "idpf.8086.rdma.vdev.2",
  ]);
  expect(rig.ibNames()).toHaveLength(5);
  await expectTraffic(rig, "irdma0", "irdma4");
}

describe("soak", () => {
  test.each(SEEDS)("Intel functions under faults, seed %i", { timeout: 120_000 }, async (seed) => {
    const intel = await machine();
    await soak({ rig: intel.rig, seed, acts: acts(intel), knobs: knobs(intel) });
    await expectWell(intel);
    await intel.rig.end();
  });
});
