// Why a device has no driver.
import { LinuxView } from "@auxbus/linux";
import { expect, test, vi } from "vitest";
import { KERNEL, mlx5 } from "./cards.ts";
import type { Machine } from "./machine.ts";

const PCI = "/devices/pci0000:00/0000:00:02.0/0000:03:00.0";
const VNET = `${PCI}/mlx5_core.vnet.0`;
const RDMA = `${PCI}/mlx5_core.sf.4/mlx5_core.rdma.4`;

async function summary(machine: Machine, path: string): Promise<string> {
  return (await new LinuxView({ root: machine.root }).explain(path)).summary;
}

test("bound; on no bus", async () => {
  const machine = mlx5();
  expect(await summary(machine, `${PCI}/mlx5_core.eth.0`)).toBe("bound to mlx5_core.eth of module mlx5_core");
  expect(await summary(machine, "/devices/pci0000:00/0000:00:02.0")).toBe("bound to pcieport");
  expect(await summary(machine, "/devices/pci0000:00")).toBe("on no bus, so it needs no driver");
});

test("everything that an explanation has", async () => {
  const machine = mlx5();
  machine.deviceLink(VNET.replace("/devices/", ""), `${PCI.slice("/devices/".length)}/mlx5_core.eth.0`, "available");
  const view = new LinuxView({ root: machine.root });
  expect(await view.explain(VNET)).toEqual({
    device: "mlx5_core.vnet.0",
    path: VNET,
    state: "added",
    driver: null,
    summary: "unbound: mlx5_vdpa: the module is not loaded; modprobe mlx5_vdpa loads it",
    modalias: "auxiliary:mlx5_core.vnet",
    driverOverride: null,
    drivers: [
      {
        driver: "",
        module: "mlx5_vdpa",
        verdict: "not tried",
        reason: "the module is not loaded; modprobe mlx5_vdpa loads it",
      },
    ],
    waitsFor: null,
    suppliers: [{ device: "mlx5_core.eth.0", state: "available" }],
    consumers: [],
    references: { count: 0, holders: {} },
  });
  const { consumers } = await view.explain(`${PCI}/mlx5_core.eth.0`);
  expect(consumers).toEqual([{ device: "mlx5_core.vnet.0", state: "available" }]);
});

test("no installed module has the alias; none are installed at all; there is no alias", async () => {
  const machine = mlx5().file(`lib/modules/${KERNEL}/modules.alias`, "alias auxiliary:other.* other\n");
  expect(await summary(machine, VNET)).toBe("unbound: no installed module is for auxiliary:mlx5_core.vnet");
  machine.remove("lib/modules");
  expect(await summary(machine, VNET)).toBe(`unbound: no modules of kernel ${KERNEL} are installed`);
  machine.file(`sys${VNET}/uevent`, "");
  expect(await summary(machine, VNET)).toBe("unbound: it has no alias by which a module could be found");
});

test.each([
  ["etc/modprobe.d/local.conf", "blacklist mlx5-vdpa"],
  ["lib/modprobe.d/dist.conf", "install mlx5_vdpa /bin/false"],
  ["run/modprobe.d/run.conf", "# why\ninstall   mlx5_vdpa  \\\n  /usr/bin/true"],
])("the module is forbidden in %s", async (file, text) => {
  const machine = mlx5().file(file, `${text}\n`);
  const written = text.replace(/^#.*\n/, "").replaceAll(/[\\\s]+/g, " ");
  expect(await summary(machine, VNET)).toBe(`unbound: mlx5_vdpa: the module is forbidden by "${written}" in /${file}`);
});

test.each([
  ["quiet modprobe.blacklist=nouveau,mlx5-vdpa", '"modprobe.blacklist=nouveau,mlx5-vdpa" in /proc/cmdline'],
  [
    'module_blacklist=x module_blacklist="y,mlx5_vdpa" quiet',
    '"module_blacklist=y,mlx5_vdpa" in /proc/cmdline, so the kernel itself refuses it',
  ],
])("the module is forbidden on the kernel's command line: %s", async (line, why) => {
  const machine = mlx5().file("proc/cmdline", `${line}\n`);
  expect(await summary(machine, VNET)).toBe(`unbound: mlx5_vdpa: the module is forbidden by ${why}`);
});

test("words of the kernel's command line that forbid nothing", async () => {
  for (const line of [
    "module_blacklist=mlx5_vdpa module_blacklist=x",
    "xmodprobe.blacklist=mlx5_vdpa",
    "-- modprobe.blacklist=mlx5_vdpa",
  ])
    expect(await summary(mlx5().file("proc/cmdline", line), VNET)).toContain("modprobe mlx5_vdpa loads it");
});

test("what the administrator has written counts, not the file of the same name that it hides", async () => {
  const machine = mlx5().file("etc/modprobe.d/a.conf", "").file("lib/modprobe.d/a.conf", "blacklist mlx5_vdpa\n");
  expect(await summary(machine, VNET)).toContain("is not loaded; modprobe");
});

test("loaded or built in, and no driver of it took the device; or it has none on this bus", async () => {
  const machine = mlx5();
  expect(await summary(machine, RDMA)).toBe(
    "unbound: mlx5_ib.multiport or mlx5_ib.rdma: it was there and did not take the device, or was unbound; see dmesg",
  );
  machine.file("sys/module/mlx5_vdpa/initstate", "live\n");
  expect(await summary(machine, VNET)).toBe(
    "unbound: mlx5_vdpa: the module is loaded, and has no driver on this bus now",
  );
  machine.file(`lib/modules/${KERNEL}/modules.builtin`, "kernel/drivers/vdpa/mlx5/mlx5_vdpa.ko\n");
  expect(await summary(machine, VNET)).toContain("the module is built in, and has no driver");
  // Drivers that are built in seldom say of which module they are.
  machine.driver("auxiliary", "vnet");
  expect(await summary(machine, VNET)).toBe(
    "unbound: mlx5_vdpa: built in; its driver was there and did not take the device, or was unbound; see dmesg",
  );
});

test("only another driver may bind, which is there or not; that is said of this device alone", async () => {
  const machine = mlx5().modules(KERNEL, ["mlx5_ib", "vfio-aux"], ["auxiliary:mlx5_core.rdma mlx5_ib"]);
  const second = RDMA.replace("sf.4/mlx5_core.rdma.4", "rdma.5");
  machine.device(second.replace("/devices/", ""), { bus: "auxiliary", modalias: "auxiliary:mlx5_core.rdma" });
  machine.file(`sys${RDMA}/driver_override`, "vfio-aux\n");
  const view = new LinuxView({ root: machine.root });
  const { summary: said, drivers } = await view.explain(RDMA);
  expect(said).toBe("unbound: only driver vfio-aux may bind: it is not registered; modprobe vfio_aux may bring it");
  expect(drivers.map(({ driver }) => driver)).toEqual(["vfio-aux"]);
  machine.driver("auxiliary", "vfio-aux", "vfio_aux").file(`sys${RDMA}/driver_override`, "vfio-aux\n");
  const { devices } = await new LinuxView({ root: machine.root }).snapshot();
  const said2 = new LinuxView({ root: machine.root }).summaries(devices);
  expect(said2.get(RDMA)).toBe(
    "unbound: only driver vfio-aux may bind: it was there and did not take the device, or was unbound; see dmesg",
  );
  expect(said2.get(second)).toMatch(/^unbound: mlx5_ib\.multiport or mlx5_ib\.rdma: it was there/);
});

test("what everybody sees of a device that waits, where only root sees what is deferred", async () => {
  const machine = mlx5().remove("sys/kernel/debug");
  using euid = vi.spyOn(process, "geteuid").mockReturnValue(0);
  expect(await summary(machine, RDMA)).toContain(
    "or was unbound, or it is deferred, which debugfs would tell; see dmesg",
  );
  euid.mockReturnValue(1000);
  expect(await summary(machine, RDMA)).toBe(
    "unbound: mlx5_ib.multiport or mlx5_ib.rdma: it was there and did not take the device, or was unbound, or it is deferred, which only root sees; see dmesg",
  );
  machine.file(`sys${RDMA}/waiting_for_supplier`, "0\n");
  expect(await summary(machine, RDMA)).toContain("it was there and did not take");
  machine.file(`sys${RDMA}/waiting_for_supplier`, "1\n");
  expect(await summary(machine, RDMA)).toContain("mlx5_ib.rdma: it waits for a supplier that is not there yet");
  machine.deviceLink(RDMA.replace("/devices/", ""), VNET.replace("/devices/", ""), "dormant");
  const waits = "it waits for mlx5_core.vnet.0, which has no driver";
  expect(await summary(machine, RDMA)).toBe(`unbound: mlx5_ib.multiport or mlx5_ib.rdma: ${waits}`);
  expect(await new LinuxView({ root: machine.root }).explain(RDMA)).toMatchObject({
    waitsFor: waits,
    drivers: [{ verdict: "deferred" }, { verdict: "deferred" }],
    suppliers: [{ device: "mlx5_core.vnet.0", state: "dormant" }],
  });
  machine.file("sys/devices/virtual/devlink/link:mlx5_core.vnet.0--link:mlx5_core.rdma.4/sync_state_only", "1\n");
  expect(await summary(machine, RDMA)).toContain("a supplier that is not there yet");
});

test("deferred, with the kernel's reason or without; autoprobe off; only another driver may", async () => {
  const machine = mlx5().file("sys/kernel/debug/devices_deferred", "mlx5_core.rdma.4\tsupplier x not ready\n");
  expect(await summary(machine, RDMA)).toBe("deferred: supplier x not ready");
  machine.file("sys/kernel/debug/devices_deferred", "mlx5_core.rdma.4\n");
  expect(await summary(machine, RDMA)).toBe("deferred: the kernel gives no reason");
  machine.file("sys/kernel/debug/devices_deferred", "").file("sys/bus/auxiliary/drivers_autoprobe", "0\n");
  expect(await summary(machine, RDMA)).toContain("bus auxiliary has its autoprobe off; auxctl rescan tries it");
  machine.file(`sys${RDMA}/driver_override`, "other\n");
  expect(await summary(machine, RDMA)).toBe("unbound: only driver other may bind: it is not registered");
  machine.file(`sys${RDMA}/driver_override`, "(null)\n");
  expect(await summary(machine, RDMA)).toContain("autoprobe off");
});

test("what is asked again after a change, or later, is answered anew", async () => {
  const machine = mlx5();
  const view = new LinuxView({ root: machine.root });
  expect((await view.explain(VNET)).summary).toContain("modprobe mlx5_vdpa");
  machine.file("etc/modprobe.d/x.conf", "blacklist mlx5_vdpa\n");
  await view.rescan("auxiliary", "mlx5_core.vnet.0");
  expect((await view.explain(VNET)).summary).toContain("forbidden");
  machine.remove("etc/modprobe.d");
  await new Promise((resolve) => void setImmediate(() => setImmediate(resolve)));
  expect((await view.explain(VNET)).summary).toContain("modprobe mlx5_vdpa");
});

test("summaries are those of the explanations", async () => {
  const view = new LinuxView({ root: mlx5().root });
  const { devices } = await view.snapshot();
  const summaries = view.summaries(devices);
  for (const { path } of devices) expect((await view.explain(path)).summary).toBe(summaries.get(path));
});
