import { BusError, DriverCore } from "auxbus";
import { VirtualRuntime } from "@auxbus/testing";
import picocolors from "picocolors";
import { expect, test } from "vitest";
import { reasons, renderTree } from "./tree.ts";

async function tree(core: DriverCore, unicode = true): Promise<string[]> {
  const view = core.view();
  const snapshot = await view.snapshot();
  return renderTree(snapshot, await reasons(view, snapshot), { colors: picocolors.createColors(false), unicode });
}

test("an empty bus", async () => {
  expect(await tree(new DriverCore())).toEqual(["no devices", "0 devices, 0 drivers"]);
});

test("nested devices stand below their parents, with driver, module, state and reason", async () => {
  const core = new DriverCore({ runtime: new VirtualRuntime() });
  const nic = core.addRootDevice("nic0");
  core.addRootDevice("nic1");
  const sf = await core.auxiliary.create(nic, { module: "mlx5_core", name: "sf", id: 4 });
  await core.auxiliary.create(sf, { module: "mlx5_core", name: "eth", id: 4 });
  await core.auxiliary.create(sf, { module: "mlx5_core", name: "rdma", id: 40 });
  await core.auxiliary.create(nic, { module: "mlx5_core", name: "vnet", id: 0 });
  await core.auxiliary.register(
    { name: "sf", idTable: [{ name: "mlx5_core.sf" }], probe() {} },
    { module: "mlx5_core" },
  );
  const slow = { idTable: [{ name: "mlx5_core.rdma" }], probe: () => new Promise<void>(() => {}) };
  void core.auxiliary.register(slow, { module: "slow" });

  expect(await tree(core)).toEqual([
    "DEVICE                   STATE    DRIVER        MODULE",
    "nic0",
    "├─ mlx5_core.sf.4        bound    mlx5_core.sf  mlx5_core",
    "│  ├─ mlx5_core.eth.4    unbound  no registered driver matches auxiliary:mlx5_core.eth",
    "│  └─ mlx5_core.rdma.40  probing  being probed by slow",
    "└─ mlx5_core.vnet.0      unbound  no registered driver matches auxiliary:mlx5_core.vnet",
    "nic1",
    "",
    "4 devices (1 bound, 2 unbound, 1 probing), 2 drivers (without device: slow)",
  ]);
});

test("a driver that failed is named with its error", async () => {
  const core = new DriverCore({ runtime: new VirtualRuntime() });
  const nic = core.addRootDevice("nic0");
  await core.auxiliary.create(nic, { module: "nic", name: "eth" });
  const probe = (): never => {
    throw new BusError("ENXIO", "switched off");
  };
  await core.auxiliary.register({ idTable: [{ name: "nic.eth" }], probe }, { module: "eth" });
  expect((await tree(core))[2]).toBe("└─ nic.eth.0  unbound  eth failed (ENXIO: switched off)");
});

test("a device that goes while its reason is looked up has none", async () => {
  const core = new DriverCore();
  const device = await core.auxiliary.create(core.addRootDevice("nic0"), { module: "nic", name: "eth" });
  const snapshot = await core.view().snapshot();
  await device.destroy();
  const why = await reasons(core.view(), snapshot);
  expect(why).toEqual(new Map([["/devices/nic0/nic.eth.0", ""]]));
  const lines = renderTree(snapshot, why, { colors: picocolors.createColors(false), unicode: false });
  expect(lines[2]).toBe("`- nic.eth.0  unbound");
});
