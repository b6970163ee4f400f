// What administrators see of machines with well-known cards.
import { LinuxView } from "@auxbus/linux";
import { describe, expect, test } from "vitest";
import { lsaux } from "../../packages/auxctl/src/lsaux/lsaux.ts";
import { auxctl, FakeIo } from "../fake-io.ts";
import { ice, mlx5, pc, sof } from "./cards.ts";
import { Machine } from "./machine.ts";

async function lines(root: string, ...args: readonly string[]): Promise<string[]> {
  const io = new FakeIo();
  expect(await lsaux(["--root", root, ...args], io), io.stderr).toBe(0);
  return io.stdout.trimEnd().split("\n");
}

describe("lsaux", () => {
  test("mlx5: a sub-function with its own devices, interrupts, and one without its module", async () => {
    const { root } = mlx5();
    expect(await lines(root)).toEqual([
      "DEVICE                        STATE    DRIVER         MODULE     REGISTERED",
      "pci0000:00",
      "└─ 0000:00:02.0               bound    pcieport",
      "   └─ 0000:03:00.0            bound    mlx5_core      mlx5_core  infiniband mlx5_0, net enp3s0f0np0",
      "      ├─ mlx5_core.eth.0      bound    mlx5_core.eth  mlx5_core  at its parent: net enp3s0f0np0",
      "      ├─ mlx5_core.rdma.0     bound    mlx5_ib.rdma   mlx5_ib    at its parent: infiniband mlx5_0",
      "      ├─ mlx5_core.sf.4       bound    mlx5_core.sf   mlx5_core  sfnum 88, net enp3s0f0s88",
      "      │  ├─ mlx5_core.eth.4   bound    mlx5_core.eth  mlx5_core  at its parent: net enp3s0f0s88",
      "      │  └─ mlx5_core.rdma.4  unbound  mlx5_ib.multiport or mlx5_ib.rdma: it was there and did not take the device, or was unbound; see dmesg",
      "      └─ mlx5_core.vnet.0     unbound  mlx5_vdpa: the module is not loaded; modprobe mlx5_vdpa loads it",
      "",
      "8 devices (6 bound, 2 unbound), 6 drivers (without device: mlx5_ib.multiport)",
    ]);
    const verbose = await lines(root, "-v");
    expect(verbose.filter((line) => line.includes("interrupts"))).toEqual([
      "      │    interrupts 40 (0-3), 41",
      "      │  │    interrupts 40 (0-3), 121 (2)",
    ]);
    expect(verbose.filter((line) => line.includes("runtime"))).toHaveLength(1);
  });

  test("ice and irdma", async () => {
    expect((await lines(ice().root)).slice(1, 4)).toEqual([
      "pci0000:16",
      "└─ 0000:17:00.0   bound  ice         ice     infiniband rdmap23s0, infiniband_verbs uverbs0, net ens1f0, ptp ptp0",
      "   └─ ice.roce.0  bound  irdma.roce  irdma   at its parent: infiniband rdmap23s0",
    ]);
  });

  test("SOF: what hangs below a device of another bus is found, too", async () => {
    const { root } = sof();
    const all = await lines(root, "-a");
    expect(all.slice(1, 6)).toEqual([
      "pci0000:00",
      "└─ 0000:00:1f.3             bound    sof-audio-pci-intel-tgl  snd_sof_pci_intel_tgl",
      "   ├─ skl_hda_dsp_generic   unbound  no installed module is for platform:skl_hda_dsp_generic; bus platform has no driver at all  sound card0",
      "   ├─ snd_sof.hda-probes.0  bound    snd_sof_probes.hda       snd_sof_probes",
      "   └─ snd_sof.ipc_flood.0   unbound  snd_sof_ipc_flood_test: the module is not loaded; modprobe snd_sof_ipc_flood_test loads it",
    ]);
    const io = new FakeIo();
    await lsaux(["--root", root, "--json"], io);
    const { schema, devices } = JSON.parse(io.stdout);
    expect(schema).toBe(1);
    expect(devices[1].registered).toEqual([
      {
        subsystem: "platform",
        name: "skl_hda_dsp_generic",
        path: "/devices/pci0000:00/0000:00:1f.3/skl_hda_dsp_generic",
      },
      { subsystem: "sound", name: "card0", path: "/devices/pci0000:00/0000:00:1f.3/skl_hda_dsp_generic/sound/card0" },
    ]);
    expect(devices[3].reason).toMatch(/not loaded/);
  });

  test("a plain PC: disks far below their controllers, network cards, keyboards", async () => {
    const { root } = pc();
    const rows = await lines(root, "--bus", "pci");
    expect(rows.slice(1, 5)).toEqual([
      "pci0000:00",
      "├─ 0000:00:14.0  bound  xhci_hcd  xhci_pci  usb usb1, usb 1-3, usb 1-3:1.0, input input5",
      "├─ 0000:00:17.0  bound  ahci      ahci      scsi_host host0, block sda",
      "└─ 0000:00:1f.6  bound  e1000e    e1000e    net eno1",
    ]);
    expect((await lines(root, "-b", "usb,platform")).map((line) => line.trim().split(/ {2,}/)[0])).toEqual([
      "DEVICE",
      "pci0000:00",
      "└─ 0000:00:14.0",
      "└─ usb1",
      "└─ 1-3",
      "└─ 1-3:1.0",
      "platform",
      "└─ rtc_cmos",
      "",
      "5 devices (5 bound), 4 drivers",
    ]);
  });

  test("no auxiliary bus, no Linux, no such bus, a wrong option", async () => {
    const machine = new Machine().bus("pci");
    expect(await lines(machine.root)).toEqual(["no devices: nothing has loaded the auxiliary bus of this kernel"]);
    const ends = async (...args: string[]): Promise<string> => {
      const io = new FakeIo();
      return `${await lsaux(args, io)} ${io.stderr}`;
    };
    expect(await ends("--root", "/nowhere")).toBe(
      "1 lsaux: there is no Linux in /nowhere: it has no folder sys (ENOENT)\n",
    );
    expect(await ends("--root", machine.root, "-b", "usb")).toBe(
      "1 lsaux: there is no bus usb; there are pci (ENOENT)\n",
    );
    expect(await ends("--nix")).toBe("2 lsaux: Unknown option '--nix' (try --help)\n");
    expect(await ends("what")).toMatch(/^2 lsaux: Unexpected argument 'what'/);
  });
});

describe("auxctl --linux", () => {
  test("before the command, behind it; tree and show with what is registered", async () => {
    const { root } = mlx5();
    const tree = await auxctl(["--root", root, "tree", "mlx5_core.sf.4", "--registered"]);
    expect(tree.stdout.split("\n").slice(1, 3)).toEqual([
      "mlx5_core.sf.4       bound    mlx5_core.sf   mlx5_core  sfnum 88, net enp3s0f0s88",
      "├─ mlx5_core.eth.4   bound    mlx5_core.eth  mlx5_core  at its parent: net enp3s0f0s88",
    ]);
    const { stdout } = await auxctl(["show", "--root", root, "mlx5_core.sf.4"]);
    expect(stdout).toContain("  interrupts: 40 (0-3), 121 (2)\n");
    expect(stdout).toContain("  sfnum:    88\n");
    const eth = JSON.parse((await auxctl(["show", "--linux", "--root", root, "mlx5_core.eth.0", "--json"])).stdout);
    expect(eth.registered).toEqual([]);
    const function0 = eth.device.path.replace(/\/[^/]+$/, "");
    expect(eth.registeredAtParent).toEqual([
      { subsystem: "net", name: "enp3s0f0np0", path: `${function0}/net/enp3s0f0np0` },
    ]);
    const { devices } = JSON.parse((await auxctl(["tree", "--root", root, "-r", "--json"])).stdout);
    expect(devices.at(-3)).toMatchObject({
      name: "mlx5_core.eth.4",
      registered: [],
      registeredAtParent: [{ name: "enp3s0f0s88" }],
      sfnum: null,
    });
  });

  test("files of the hardware are not read", async () => {
    const { stdout } = await auxctl(["show", "--root", mlx5().root, "--bus", "pci", "0000:03:00.0"]);
    expect(stdout).not.toContain("never read");
    expect(stdout).toContain("  interrupts: 40 (0-3), 41\n");
  });

  test("a device without MSI has the interrupt of its line; without driver it has none", async () => {
    const machine = new Machine().driver("pci", "uhci_hcd", "uhci_hcd");
    machine.device("pci0000:00/0000:00:1d.0", { bus: "pci", driver: "uhci_hcd", files: { irq: "23\n" } });
    machine.device("pci0000:00/0000:00:1d.1", { bus: "pci", files: { irq: "11\n" } });
    machine.device("pci0000:00/0000:00:1d.2", { bus: "pci", driver: "uhci_hcd", files: { irq: "0\n" } });
    machine.file("proc/irq/23/smp_affinity_list", "0-3\n");
    const verbose = await lines(machine.root, "-v", "--bus", "pci");
    expect(verbose.filter((line) => line.includes("interrupts"))).toEqual([
      expect.stringMatching(/interrupts 23 \(0-3\)$/),
    ]);
    const show = (name: string) => auxctl(["show", "--root", machine.root, "--bus", "pci", name]);
    expect((await show("0000:00:1d.0")).stdout).toContain("  interrupts: 23 (0-3)\n");
    expect((await show("0000:00:1d.1")).stdout).not.toContain("interrupts:");
  });

  test("ls, explain, lsmod, resolve, drivers", async () => {
    const { root } = mlx5();
    const ls = await auxctl(["ls", "--root", root, "--unbound"]);
    expect(
      ls.stdout
        .split("\n")
        .slice(1, 3)
        .map((line) => line.split(" ")[0]),
    ).toEqual(["mlx5_core.rdma.4", "mlx5_core.vnet.0"]);
    expect((await auxctl(["explain", "--root", root, "mlx5_core.vnet.0"])).stdout).toContain(
      "modprobe mlx5_vdpa loads it",
    );
    expect((await auxctl(["lsmod", "--root", root])).stdout).toBe(
      "MODULE       BYTES  USED  BY\nmlx5_ib     450560     0\nmlx5_core  2146304     1  mlx5_ib\n",
    );
    expect(await auxctl(["resolve", "--root", root, "auxiliary:mlx5_core.rdma"])).toMatchObject({
      code: 0,
      stdout: "mlx5_ib\n",
    });
    expect(await auxctl(["resolve", "--root", root, "auxiliary:nix"])).toMatchObject({
      code: 1,
      stderr: "auxctl: no module is for auxiliary:nix\n",
    });
    const drivers = await auxctl(["drivers", "--root", root, "--kernel", "6.12.0-test"]);
    expect(drivers.stdout.split("\n")[1]).toBe("mlx5_core  auxiliary:mlx5_core.eth");
    expect(await auxctl(["drivers", "--root", root, "--kernel", "1.0"])).toMatchObject({
      code: 1,
      stderr: "auxctl: there are no modules of a kernel 1.0; there are those of 6.12.0-test (ENOENT)\n",
    });
  });
});

describe("a snapshot", () => {
  test("has each device once, and parents before their children, numbers by their value", async () => {
    const machine = pc();
    for (const id of [10, 9, 100]) machine.device(`pci0000:00/0000:00:14.0/card.eth.${id}`, { bus: "auxiliary" });
    const { devices } = await new LinuxView({ root: machine.root, buses: ["all"] }).snapshot();
    const seen = new Set<string | null>([null]);
    for (const { path, parent } of devices) {
      expect(seen.has(parent), path).toBe(true);
      expect(seen.has(path), path).toBe(false);
      seen.add(path);
    }
    const names = devices.filter(({ bus }) => bus === "auxiliary").map(({ name }) => name);
    expect(names).toEqual(["card.eth.9", "card.eth.10", "card.eth.100"]);
  });

  test("has links, autoprobe, deferred devices with the kernel's reason, and only the lists that are wanted", async () => {
    const machine = mlx5();
    const pci = "pci0000:00/0000:00:02.0/0000:03:00.0";
    machine.deviceLink(`${pci}/mlx5_core.rdma.0`, `${pci}/mlx5_core.eth.0`, "active");
    machine.file("sys/kernel/debug/devices_deferred", "mlx5_core.vnet.0\tauxiliary: waits for a supplier\n");
    machine.file("sys/bus/auxiliary/drivers_autoprobe", "0\n");
    const view = new LinuxView({ root: machine.root });
    const { seqnum, buses, devices, drivers, links } = await view.snapshot();
    expect(seqnum).toBe(1000);
    expect(buses).toEqual([
      { name: "auxiliary", autoprobe: false },
      { name: "pci", autoprobe: true },
    ]);
    expect(links).toEqual([
      { consumer: `/devices/${pci}/mlx5_core.rdma.0`, supplier: `/devices/${pci}/mlx5_core.eth.0`, state: "active" },
    ]);
    expect(devices.find(({ name }) => name === "mlx5_core.vnet.0")).toMatchObject({
      state: "deferred",
      reason: "auxiliary: waits for a supplier",
    });
    expect(drivers.find(({ name }) => name === "mlx5_core.eth")).toEqual({
      bus: "auxiliary",
      name: "mlx5_core.eth",
      module: "mlx5_core",
      devices: [`/devices/${pci}/mlx5_core.eth.0`, `/devices/${pci}/mlx5_core.sf.4/mlx5_core.eth.4`],
    });
    expect(await view.snapshot(["buses"])).toMatchObject({ devices: [], drivers: [], links: [] });
    expect((await lines(machine.root, "-v")).filter((line) => /supplier mlx5|consumer/.test(line))).toEqual([
      "      │       consumer mlx5_core.rdma.0 (active)",
      "      │       supplier mlx5_core.eth.0 (active)",
    ]);
  });
});
