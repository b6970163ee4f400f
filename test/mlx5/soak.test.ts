import { COMMANDS } from "@auxbus/sim_connectx";
import { connectEnds } from "@auxbus/perftest";
import { describe, expect, test } from "vitest";
import { type Act, SEEDS, soak } from "../nics/soak.ts";
import { expectTraffic } from "../nics/traffic.ts";
import { Mlx5Rig } from "./mlx5.ts";

const PFS = ["pci/0000:08:00.0", "pci/0000:08:00.1"] as const;

function acts(mlx5: Mlx5Rig): Act[] {
  const { rig } = mlx5;
  const { auxiliary } = rig.core;
  const port = (): { handle: string; index: number } => {
    for (const handle of PFS) {
      const found = rig.devlink
        .find(handle)
        ?.ports.list()
        .find(({ flavour, index }) => flavour === "pcisf" && index !== 0xffff);
      if (found !== undefined) return { handle, index: found.index };
    }
    return { handle: PFS[0], index: 1 };
  };
  return [
    async (pick) => rig.devlink.get(pick(PFS)).reload(pick(["driver_reinit", "driver_reinit", "fw_activate"])),
    async (pick) => rig.devlink.get(pick(PFS)).setEswitchMode(pick(["legacy", "switchdev"])),
    async (pick) =>
      rig.devlink.get(pick(PFS)).params.set(pick(["enable_eth", "enable_rdma"]), pick([true, true, false])),
    async (pick) =>
      rig.devlink.get(pick(PFS)).addPort({ flavour: "pcisf", pfnum: pick([0, 1]), sfnum: pick([1, 2, 3]) }),
    async (pick) => {
      const pfnum = pick([0, 1]);
      const instance = rig.devlink.get(PFS[pfnum] ?? "");
      await instance.setEswitchMode("switchdev");
      const index = await instance.addPort({ flavour: "pcisf", pfnum, sfnum: pick([1, 2, 3]) });
      await instance.setPortState(index, "active");
    },
    async (pick) => rig.devlink.get(port().handle).setPortState(port().index, pick(["active", "active", "inactive"])),
    async () => rig.devlink.get(port().handle).delPort(port().index),
    async (pick) => rig.devlink.get(pick(PFS)).reporter("fw_fatal").recover(),
    async (pick) => {
      const device = pick([...auxiliary.devices()]);
      if (device.driver !== null) await auxiliary.unbind(device.driver.name, device.name);
    },
    async (pick) => auxiliary.rescan(pick([...auxiliary.devices()]).name),
    async (pick) => rig.pci.unbind("mlx5_core", pick(["0000:08:00.0", "0000:08:00.1"])),
    ...[0, 1, 0, 1, 0, 1].map((port) => () => repair(mlx5, port)),
    async (pick) => rig.modules.modprobe(pick(["mlx5_ib", "mlx5_vdpa"])),
    async (pick) => rig.modules.rmmod(pick(["mlx5_ib", "mlx5_vdpa"])),
    async (pick) => {
      if (rig.netdevs.bonds().length === 0) await rig.netdevs.addBond("bond0", pick(["active-backup", "balance-xor"]));
      await rig.netdevs.enslave(pick(["eth0", "eth1"]), "bond0");
    },
    async (pick) => rig.netdevs.release(pick(["eth0", "eth1"])),
    async (pick) => rig.netdevs.setUp(pick(rig.netdevNames()), pick([true, true, false])),
    async (pick) => {
      await rig.modules.modprobe("mlx5_vdpa");
      await rig.vdpa.addDevice("v0", pick(rig.vdpa.mgmtdevs()).handle);
    },
    async () => rig.vdpa.delDevice("v0"),
    async (pick) => {
      const names = rig.ibNames();
      const [client, server] = await connectEnds(rig.rdma, [pick(names), pick(names)], 4096);
      await client.context.close();
      await server.context.close();
    },
    async (pick) => rig.pci.reportError(pick([...rig.pci.devices()]), pick(["normal", "frozen"])),
    async (_pick, random) => {
      await rig.core.power.suspend();
      await new Promise<void>((resolve) => void rig.runtime.setTimer(resolve, random.between(1, 100)));
      await rig.core.power.resume();
    },
  ];
}

/** An operator sees that a function has no driver, or is in error, and does something about it. */
async function repair(mlx5: Mlx5Rig, port: number): Promise<void> {
  const { rig } = mlx5;
  const device = rig.pci.find(`0000:08:00.${port}`);
  if (device?.driver === null) {
    mlx5.hca(port).reset();
    await rig.pci.bind("mlx5_core", device.name);
    return;
  }
  const instance = rig.devlink.find(PFS[port] ?? "");
  if (instance === undefined) return;
  if (instance.reporters().some(({ state }) => state === "error")) await instance.reporter("fw_fatal").recover();
  else if (instance.reloadFailed) await instance.reload();
}

function knobs(mlx5: Mlx5Rig): Act[] {
  return [
    (pick) => void mlx5.hca(pick([0, 1])).faults.failCommands.set(pick(COMMANDS), 1),
    (pick, random) => {
      if (random.next() < 0.2) mlx5.hca(pick([0, 1])).injectFatal();
    },
    (pick) => void (mlx5.hca(pick([0, 1])).faults.eventDelay = pick([0, 0, 5, 50])),
    (pick) => void (mlx5.hca(pick([0, 1])).faults.pciDeadTime = pick([0, 5, 500])),
    (pick) => void (mlx5.hca(pick([0, 1])).faults.commandLatency = pick([0, 0.1, 3])),
    (pick) => void (mlx5.hca(pick([0, 1])).faults.syndromeSticks = pick([0, 0, 1])),
    (pick) => mlx5.card.setCable(pick([0, 1]), pick([true, true, false])),
    () => void (mlx5.card.firmwareWaits = true),
  ];
}

/** After all that, a card without faults works as on its first day. */
async function expectWell(mlx5: Mlx5Rig): Promise<void> {
  const { rig } = mlx5;
  for (const hca of mlx5.card.functions) {
    hca.faults.failCommands.clear();
    Object.assign(hca.faults, { commandLatency: 0.1, eventDelay: 0, pciDeadTime: 5, syndromeSticks: 0 });
    mlx5.card.setCable(hca.port, true);
  }
  await rig.pass(5000);
  for (const { name } of rig.netdevs.bonds()) await rig.run(rig.netdevs.delBond(name));
  for (const address of ["0000:08:00.0", "0000:08:00.1"]) {
    if (rig.pci.find(address)?.driver != null) await rig.run(rig.pci.unbind("mlx5_core", address));
  }
  for (const hca of mlx5.card.functions) hca.reset();
  await rig.pass(1000);
  for (const address of ["0000:08:00.0", "0000:08:00.1"]) await rig.run(rig.pci.bind("mlx5_core", address));
  await rig.run(rig.modules.modprobe("mlx5_ib"));
  await rig.settle();
  expect(rig.aux().toSorted()).toEqual(["mlx5_core.eth.0", "mlx5_core.eth.1", "mlx5_core.rdma.0", "mlx5_core.rdma.1"]);
  for (const hca of mlx5.card.functions) expect(hca.subFunctions.size, "sub-functions").toBe(0);
  await expectTraffic(rig, "mlx5_0", "mlx5_1");
}

describe("soak", () => {
  test.each(SEEDS)("mlx5 under faults, seed %i", { timeout: 120_000 }, async (seed) => {
    const mlx5 = await Mlx5Rig.up();
    await soak({ rig: mlx5.rig, seed, acts: acts(mlx5), knobs: knobs(mlx5) });
    await expectWell(mlx5);
    await mlx5.rig.end();
  });
});
