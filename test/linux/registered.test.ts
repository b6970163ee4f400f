// What drivers have registered: found in the folders of devices, or asked of classes and buses, which is the same.
import { LinuxView } from "@auxbus/linux";
import { expect, test } from "vitest";
import { amongBuses, type Registered, registeredBelow } from "../../packages/auxctl/src/devices/registered.ts";
import { registeredByClass } from "../../packages/auxctl/src/devices/registered-by-class.ts";
import { ice, mlx5, pc, sof } from "./cards.ts";
import { Machine } from "./machine.ts";

async function bothWays(view: LinuxView): Promise<ReadonlyMap<string, readonly Registered[]>> {
  const { devices } = await view.snapshot(["devices"]);
  const asked = await registeredByClass(view, devices);
  for (const { path, bus } of devices) {
    if (bus === null) continue;
    const found = await registeredBelow(view, path, amongBuses(devices));
    expect(asked.get(path) ?? [], path).toEqual(found);
  }
  return asked;
}

const MACHINES: Readonly<Record<string, () => Machine>> = { mlx5, ice, sof, pc };
const CHOICES = [["auxiliary"], ["pci"], ["all"]];

test.each(Object.entries(MACHINES).flatMap(([name, make]) => CHOICES.map((buses) => ({ name, make, buses }))))(
  "the same both ways: $name, $buses",
  async ({ make, buses }) => {
    await bothWays(new LinuxView({ root: make().root, buses }));
  },
);

test("the same both ways on this machine, and something is found", async () => {
  const all = await bothWays(new LinuxView({ buses: ["all"] }));
  expect([...all.values()].flat().length).toBeGreaterThan(0);
});

test("a bridge has not registered what is registered behind it", async () => {
  const machine = mlx5();
  const second = "pci0000:00/0000:00:02.0/0000:03:00.1";
  machine.device(second, { bus: "pci", driver: "mlx5_core" }).device(`${second}/net/enp3s0f1np1`, { class: "net" });
  for (const buses of [["auxiliary"], ["pci"]]) {
    const all = await bothWays(new LinuxView({ root: machine.root, buses }));
    expect(all.get("/devices/pci0000:00/0000:00:02.0") ?? []).toEqual([]);
  }
});

test("the disk of an NVMe subsystem is its controllers' own, too", async () => {
  const machine = new Machine().driver("pci", "nvme", "nvme");
  const disks = "virtual/nvme-subsystem/nvme-subsys0";
  machine.device(disks, { class: "nvme-subsystem" }).block(`${disks}/nvme0n1`, "259:0");
  for (const [i, card] of ["pci0000:00/0000:01:00.0", "pci0000:00/0000:02:00.0"].entries()) {
    const controller = `${card}/nvme/nvme${i}`;
    machine.device(card, { bus: "pci", driver: "nvme" }).device(controller, { class: "nvme" });
    machine.block(`${controller}/nvme0c${i}n1`, `259:${i + 1}`);
    machine.link(`sys/devices/${disks}/nvme${i}`, `sys/devices/${controller}`);
  }
  const all = await bothWays(new LinuxView({ root: machine.root, buses: ["pci"] }));
  const words = [...all].map(([path, found]) => [path.slice(-7), found.map(({ name }) => name)]);
  expect(words).toEqual([
    ["01:00.0", ["nvme0", "nvme0n1"]],
    ["02:00.0", ["nvme1", "nvme0n1"]],
  ]);
});

test("a class device below another one of its class is part of that one", async () => {
  const all = await bothWays(new LinuxView({ root: pc().root, buses: ["scsi"] }));
  expect(
    [...all.values()]
      .flat()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(["host0", "sda"]);
});
