// What changes a machine, and what is refused.
import { LinuxView, type LinuxViewOptions } from "@auxbus/linux";
import { BusError, errnoOf } from "auxbus";
import { describe, expect, test, vi } from "vitest";
import { auxctl } from "../fake-io.ts";
import { mlx5, pc } from "./cards.ts";
import type { Machine } from "./machine.ts";

const DRIVERS = "sys/bus/auxiliary/drivers";

async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => "nothing",
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BusError);
  return String(error).replace("BusError: ", "");
}

describe("bind, unbind, rescan, override, autoprobe", () => {
  test("write the names into the kernel's files", async () => {
    const machine = mlx5();
    const view = new LinuxView({ root: machine.root });
    await view.unbind("auxiliary", "mlx5_ib.rdma", "mlx5_core.rdma.0");
    expect(machine.read(`${DRIVERS}/mlx5_ib.rdma/unbind`)).toBe("mlx5_core.rdma.0");
    await view.bind("auxiliary", "mlx5_ib.rdma", "mlx5_core.rdma.4");
    expect(machine.read(`${DRIVERS}/mlx5_ib.rdma/bind`)).toBe("mlx5_core.rdma.4");
    await view.rescan("auxiliary", "mlx5_core.vnet.0");
    expect(machine.read("sys/bus/auxiliary/drivers_probe")).toBe("mlx5_core.vnet.0");
    expect((await auxctl(["autoprobe", "--root", machine.root, "auxiliary", "off"])).code).toBe(0);
    expect(machine.read("sys/bus/auxiliary/drivers_autoprobe")).toBe("0\n");
    const override = "sys/devices/pci0000:00/0000:00:02.0/0000:03:00.0/driver_override";
    machine.file(override, "");
    const pci = new LinuxView({ root: machine.root, buses: ["pci"] });
    await pci.override("pci", "0000:03:00.0", "vfio-pci");
    expect(machine.read(override)).toBe("vfio-pci\n");
    machine.file(override, "");
    await pci.override("pci", "0000:03:00.0", null);
    expect(machine.read(override)).toBe("\n");
  });

  test("what is not there is named", async () => {
    const machine = mlx5();
    const view = new LinuxView({ root: machine.root });
    expect(await failure(view.unbind("auxiliary", "nix", "mlx5_core.rdma.0"))).toBe(
      "ENOENT: bus auxiliary has no driver nix; it has mlx5_core.eth, mlx5_core.sf, mlx5_ib.multiport, mlx5_ib.rdma",
    );
    for (const device of ["nix", "../../x", "..", ""]) {
      expect(await failure(view.bind("auxiliary", "mlx5_ib.rdma", device)), device).toContain(
        "ENODEV: bus auxiliary has no device",
      );
    }
    expect(await failure(view.rescan("..", "mlx5_core.rdma.0"))).toContain("ENODEV");
    expect(await failure(view.override("auxiliary", "mlx5_core.rdma.0", "x"))).toContain(
      "EOPNOTSUPP: bus auxiliary has no override",
    );
    machine.remove(`${DRIVERS}/mlx5_core.eth/unbind`);
    expect(await failure(view.unbind("auxiliary", "mlx5_core.eth", "mlx5_core.eth.0"))).toContain(
      "does not let itself",
    );
  });

  test("a dry run says what would be written where, and writes nothing", async () => {
    const machine = mlx5();
    const run = (...args: string[]) => auxctl([...args, "--root", machine.root, "--dry-run"]);
    expect(await run("rebind", "mlx5_core.rdma.0")).toEqual({
      code: 0,
      stdout:
        'would write "mlx5_core.rdma.0" to /sys/bus/auxiliary/drivers/mlx5_ib.rdma/unbind\n' +
        'would write "mlx5_core.rdma.0" to /sys/bus/auxiliary/drivers/mlx5_ib.rdma/bind\n',
      stderr: "",
    });
    expect((await run("bind", "mlx5_core.vnet.0")).stdout).toBe(
      'would write "mlx5_core.vnet.0" to /sys/bus/auxiliary/drivers_probe\n',
    );
    expect((await run("autoprobe", "auxiliary", "off")).stdout).toBe(
      'would write "0" to /sys/bus/auxiliary/drivers_autoprobe\n',
    );
    for (const file of ["mlx5_ib.rdma/unbind", "mlx5_ib.rdma/bind"])
      expect(machine.read(`${DRIVERS}/${file}`)).toBe("");
    expect(machine.read("sys/bus/auxiliary/drivers_autoprobe")).toBe("1\n");
  });

  test("what the kernel answers to a bind is told", async () => {
    const machine = mlx5();
    const view = new LinuxView({ root: machine.root });
    const answer = async (code: string, device = "mlx5_core.rdma.4", op = "write"): Promise<string> => {
      const cause = Object.assign(new Error(code), { code });
      using _ = vi.spyOn(view.tree, "write").mockImplementation(() => {
        throw new BusError(errnoOf(cause), "as it is", { op, cause });
      });
      return failure(view.bind("auxiliary", "mlx5_ib.rdma", device));
    };
    expect(await answer("EAGAIN")).toBe(
      "EAGAIN: the probe of mlx5_ib.rdma was deferred, as it misses something; auxctl explain says what",
    );
    const failed = "the probe of mlx5_ib.rdma failed with";
    expect(await answer("EINVAL")).toBe(`EINVAL: ${failed} EINVAL; the kernel's log may say why`);
    expect(await answer("EREMOTEIO")).toBe(`EIO: ${failed} EREMOTEIO; the kernel's log may say why`);
    expect(await answer("EBUSY")).toContain(`${failed} EBUSY`);
    expect(await answer("EBUSY", "mlx5_core.rdma.0")).toBe("EBUSY: mlx5_core.rdma.0 has a driver already");
    expect(await answer("EROFS", "mlx5_core.rdma.4", "open")).toBe("EROFS: as it is");
    expect(await answer("EPERM")).toBe("EPERM: as it is");
  });

  test("a rebind that ends half-way says so", async () => {
    const machine = mlx5().remove(`${DRIVERS}/mlx5_ib.rdma/bind`);
    const { code, stderr } = await auxctl(["rebind", "--root", machine.root, "mlx5_core.rdma.0"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /by hand: it has no driver now; auxctl bind mlx5_core\.rdma\.0 mlx5_ib\.rdma tries again \(EOPNOTSUPP\)/,
    );
  });

  test("a dry run of a rescan tries nothing; in JSON there is what would be written", async () => {
    const { root } = mlx5();
    const run = (...args: string[]) => auxctl([...args, "--root", root, "--dry-run"]);
    const writes = [{ path: "/sys/bus/auxiliary/drivers_probe", value: "mlx5_core.vnet.0" }];
    expect(await run("rescan", "mlx5_core.vnet.0")).toEqual({
      code: 0,
      stdout: 'would write "mlx5_core.vnet.0" to /sys/bus/auxiliary/drivers_probe\n',
      stderr: "",
    });
    for (const command of ["rescan", "bind"]) {
      const { code, stdout, stderr } = await run(command, "mlx5_core.vnet.0", "--json");
      expect([code, stderr]).toEqual([0, ""]);
      expect(JSON.parse(stdout)).toMatchObject({ schema: 1, dryRun: true, writes });
    }
    const { stdout } = await run("autoprobe", "auxiliary", "off", "--json");
    expect(JSON.parse(stdout).writes).toEqual([{ path: "/sys/bus/auxiliary/drivers_autoprobe", value: "0" }]);
  });

  test("autoprobe of a bus whose devices are not shown", async () => {
    const machine = pc();
    const { code, stderr } = await auxctl(["autoprobe", "--root", machine.root, "usb", "off"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(machine.read("sys/bus/usb/drivers_autoprobe")).toBe("0\n");
    for (const bus of ["usbb", "../usb", "usb/devices", ""])
      expect((await auxctl(["autoprobe", "--root", machine.root, bus, "off"])).stderr, bus).toContain(
        "there is no bus",
      );
  });

  test("--dry-run and --force are for a kernel", async () => {
    expect(await auxctl(["unbind", "x", "--dry-run"])).toMatchObject({
      code: 2,
      stderr: "auxctl: --dry-run is for --linux\n",
    });
    expect(await auxctl(["unbind", "x", "--force"])).toMatchObject({
      code: 2,
      stderr: "auxctl: --force is for --linux\n",
    });
  });
});

describe("what would cut the machine off is refused", () => {
  const unbind = async (machine: Machine, device: string, options: LinuxViewOptions = {}): Promise<string> => {
    const view = new LinuxView({ root: machine.root, buses: ["all"], ...options });
    const { devices } = await view.snapshot(["devices"]);
    const { bus, driver } = devices.find(({ name }) => name === device) ?? {};
    if (bus == null || driver == null) throw new Error(`${device} is not bound`);
    return view.unbind(bus, driver, device).then(
      () => "done",
      (error: unknown) => String(error).replace("BusError: ", ""),
    );
  };
  const NETWORK =
    "EBUSY: without 0000:00:1f.6 this machine is cut off: the default route goes over eno1; --force does it anyway";

  test("the card of the default route, unless it is forced; others are free", async () => {
    const machine = pc();
    expect(await unbind(machine, "0000:00:1f.6")).toBe(NETWORK);
    expect(machine.read("sys/bus/pci/drivers/e1000e/unbind")).toBe("");
    expect(await unbind(machine, "0000:00:1f.6", { dryRun: () => {} })).toBe(NETWORK);
    expect(await unbind(machine, "0000:00:14.0")).toBe("done");
    expect(await unbind(machine, "0000:00:1f.6", { force: true })).toBe("done");
    expect(machine.read("sys/bus/pci/drivers/e1000e/unbind")).toBe("0000:00:1f.6");
    const { code, stderr } = await auxctl(["rebind", "--root", machine.root, "-b", "pci", "0000:00:1f.6"]);
    expect([code, stderr]).toEqual([1, `auxctl: ${NETWORK.replace("EBUSY: ", "")} (EBUSY)\n`]);
    expect((await auxctl(["unbind", "--root", machine.root, "-b", "pci", "0000:00:1f.6", "--force"])).code).toBe(0);
  });

  test("also by an override, or by files that remove a device; not when an override is cleared", async () => {
    const machine = pc();
    const view = new LinuxView({ root: machine.root, buses: ["pci"] });
    const device = "devices/pci0000:00/0000:00:1f.6";
    expect(await failure(view.override("pci", "0000:00:1f.6", "vfio-pci"))).toBe(NETWORK);
    expect(await failure(view.write(`${device}/remove`, "1"))).toBe(NETWORK);
    expect(await failure(view.write("bus/pci/drivers/e1000e/unbind", "0000:00:1f.6\n"))).toBe(NETWORK);
    expect(await failure(view.write("bus/pci/devices/0000:00:1f.6/driver/unbind", "0000:00:1f.6"))).toBe(NETWORK);
    await view.override("pci", "0000:00:1f.6", null);
    await view.write("bus/pci/drivers/e1000e/unbind", "0000:00:14.0");
  });

  test("also by the files of slots, virtual functions, network interfaces, SCSI and USB devices", async () => {
    const machine = pc();
    const [card, lun] = ["pci0000:00/0000:00:1f.6", "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0"];
    const usb = "pci0000:00/0000:00:14.0/usb1/1-3";
    machine.link(`sys/devices/pci0000:00/0000:00:1f.0/virtfn3`, `sys/devices/${card}`);
    machine.block(`${usb}/1-3:1.0/block/sdb`, "8:16");
    const files: Readonly<Record<string, readonly [refused: string, free: string]>> = {
      "bus/pci/slots/4/power": ["0", "1"],
      "devices/pci0000:00/0000:00:1f.0/sriov_numvfs": ["0\n", "4\n"],
      [`devices/${card}/net/eno1/flags`]: ["0x1002", "0x1003"],
      [`devices/${card}/net/eno1/carrier`]: ["0", "1"],
      [`devices/${lun}/state`]: ["offline\n", "running\n"],
      [`devices/${usb}/authorized`]: [" 0\n", "1"],
      [`devices/${usb}/bConfigurationValue`]: ["-1", "1"],
      "devices/pci0000:00/reset_subordinate": ["1", "0"],
    };
    machine.file("sys/bus/pci/slots/4/address", "0000:00:1f\n");
    for (const file of Object.keys(files)) machine.file(`sys/${file}`, "");
    mounted(machine, ["8:1", "/", "ext4", "/dev/sda1"], ["8:16", "/var", "ext4", "/dev/sdb"]);
    const view = new LinuxView({ root: machine.root, buses: ["all"] });
    for (const [file, [refused, free]] of Object.entries(files)) {
      expect(await failure(view.write(file, refused)), file).toContain("this machine is cut off");
      expect(machine.read(`sys/${file}`), file).toBe("");
      await view.write(file, free);
    }
  });

  test("a route over IPv6 alone, a VLAN on a bond, a bridge", async () => {
    const six = pc().file("proc/net/route", "Iface\n");
    six.file(
      "proc/net/ipv6_route",
      [
        `${"0".repeat(32)} 00 ${"0".repeat(32)} 00 fe80${"0".repeat(28)} 00000400 00000001 00000000 00000003     eno1`,
        `${"0".repeat(32)} 00 ${"0".repeat(32)} 00 ${"0".repeat(32)} ffffffff 00000001 00000000 00200200       lo`,
      ].join("\n"),
    );
    expect(await unbind(six, "0000:00:1f.6")).toBe(NETWORK);

    const stacked = pc().defaultRoute("br0");
    const above = (name: string, lower: string): void => {
      stacked.device(`virtual/net/${name}`, { class: "net" });
      stacked.link(`sys/devices/virtual/net/${name}/lower_${lower}`, `sys/class/net/${lower}`);
    };
    above("bond0", "eno1");
    above("bond0.7", "bond0");
    above("br0", "bond0.7");
    expect(await unbind(stacked, "0000:00:1f.6")).toBe(NETWORK);
    stacked.defaultRoute("eno2");
    expect(await unbind(stacked, "0000:00:1f.6")).toBe("done");
  });

  test("the disk of the root file system: itself, its controller, through LVM and NVMe multipath", async () => {
    const plain = pc();
    expect(await unbind(plain, "0000:00:17.0")).toBe(
      "EBUSY: without 0000:00:17.0 this machine is cut off: the root file system is on sda1; --force does it anyway",
    );
    expect(await unbind(plain, "0:0:0:0")).toContain("the root file system is on sda1");

    const disk = "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda";
    const mapped = pc().rootFileSystem("254:0", "/dev/mapper/vg-root");
    mapped
      .block("virtual/block/dm-1", "254:1", [`${disk}/sda1`])
      .block("virtual/block/dm-0", "254:0", ["virtual/block/dm-1"]);
    expect(await unbind(mapped, "0000:00:17.0")).toContain("the root file system is on sda1");
    mapped.rootFileSystem("0:30", "/dev/dm-0");
    expect(await unbind(mapped, "0000:00:17.0")).toContain("the root file system is on sda1");

    const raid = pc()
      .rootFileSystem("259:1", "/dev/md0p1")
      .block("virtual/block/md0", "9:0", [`${disk}/sda1`]);
    raid.block("virtual/block/md0/md0p1", "259:1");
    expect(await unbind(raid, "0000:00:17.0")).toContain("the root file system is on sda1");

    const nvme = pc().rootFileSystem("259:0", "/dev/nvme0n1p1").driver("pci", "nvme", "nvme");
    const card = "pci0000:00/0000:00:1d.0";
    nvme.device(card, { bus: "pci", driver: "nvme" }).device(`${card}/nvme/nvme0`, { class: "nvme" });
    nvme.device("virtual/nvme-subsystem/nvme-subsys0", { class: "nvme-subsystem" });
    nvme.link("sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0", `sys/devices/${card}/nvme/nvme0`);
    nvme.block("virtual/nvme-subsystem/nvme-subsys0/nvme0n1/nvme0n1p1", "259:0");
    expect(await unbind(nvme, "0000:00:1d.0")).toContain("the root file system is on nvme0");
    expect(await unbind(nvme, "0000:00:17.0")).toBe("done");
  });

  const ON_SDA = "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda";
  /** @param lines of `mountinfo`: number, mount point, type, source, options */
  const mounted = (machine: Machine, ...lines: readonly (readonly string[])[]): Machine => {
    const text = lines.map(([number, point, type, source, options = "rw"], i) => {
      return `${27 + i} 1 ${number} / ${point} rw,relatime shared:1 - ${type} ${source} ${options}\n`;
    });
    return machine.file("proc/self/mountinfo", text.join(""));
  };

  test("btrfs by a mapped name, and on several disks; bcachefs", async () => {
    const machine = pc().block("virtual/block/dm-3", "254:3", [`${ON_SDA}/sda1`]);
    machine.file("sys/devices/virtual/block/dm-3/dm/name", "luks root\n");
    mounted(machine, ["0:30", "/", "btrfs", "/dev/mapper/luks\\040root"]);
    expect(await unbind(machine, "0000:00:17.0")).toContain("the root file system is on sda1");

    const several = pc().block("pci0000:00/0000:00:14.0/usb1/1-3/1-3:1.0/block/sdb", "8:16");
    for (const [name, path] of [
      ["sda1", `${ON_SDA}/sda1`],
      ["sdb", "pci0000:00/0000:00:14.0/usb1/1-3/1-3:1.0/block/sdb"],
    ])
      several.link(`sys/fs/btrfs/0a-1b/devices/${name}`, `sys/devices/${path}`);
    several.folder("sys/fs/btrfs/features");
    mounted(several, ["0:30", "/", "btrfs", "/dev/sdb"]);
    expect(await unbind(several, "0000:00:17.0")).toContain("the root file system is on sda1");
    expect(await unbind(several, "1-3:1.0")).toContain("the root file system is on sdb");
    several.remove("sys/fs");
    expect(await unbind(several, "0000:00:17.0")).toBe("done");
    mounted(several, ["0:30", "/", "bcachefs", "/dev/sdb:/dev/sda1"]);
    expect(await unbind(several, "0000:00:17.0")).toContain("the root file system is on sda1");
  });

  test("an overlay, and what it lies on; /usr and /var of their own; a loop device", async () => {
    const live = mounted(
      pc(),
      ["0:30", "/", "overlay", "composefs", "ro,lowerdir=/run/lower::/sysroot/ostree/repo/objects,redirect_dir=on"],
      ["0:31", "/run", "tmpfs", "tmpfs"],
      ["8:1", "/sysroot", "ext4", "/dev/sda1"],
    );
    expect(await unbind(live, "0000:00:17.0")).toContain("the root file system is on sda1");

    const usb = "pci0000:00/0000:00:14.0/usb1/1-3/1-3:1.0/block/sdb";
    const stick = pc().block(usb, "8:16").block("virtual/block/loop0", "7:0");
    stick.file("sys/devices/virtual/block/loop0/loop/backing_file", "/run/medium/live/root.squashfs\n");
    mounted(
      stick,
      ["0:30", "/", "overlay", "overlay", "rw,lowerdir=/run/rootfs,upperdir=/cow/up,workdir=/cow/work"],
      ["7:0", "/run/rootfs", "squashfs", "/dev/loop0"],
      ["8:16", "/run/medium", "iso9660", "/dev/sdb"],
      ["0:32", "/cow", "tmpfs", "tmpfs"],
      ["8:1", "/var", "ext4", "/dev/sda1"],
    );
    expect(await unbind(stick, "1-3:1.0")).toContain("the root file system is on sdb");
    expect(await unbind(stick, "0000:00:17.0")).toContain("/var is on sda1");
  });

  test("where nobody says on which disk it is, every disk is kept; not where it is on none", async () => {
    const zfs = mounted(pc(), ["0:30", "/", "zfs", "rpool/ROOT/debian"]);
    const why = "the root file system (zfs rpool/ROOT/debian) may be on sda, as nothing says which disks it is on";
    expect(await unbind(zfs, "0000:00:17.0")).toContain(why);
    expect(await unbind(zfs, "0000:00:14.0")).toBe("done");
    expect(await unbind(zfs, "0000:00:17.0", { force: true })).toBe("done");
    // As in a container, whose layers are not in its own files.
    const inside = mounted(pc(), ["0:30", "/", "overlay", "overlay", "rw,lowerdir=/var/lib/a:/var/lib/b,upperdir=/c"]);
    expect(await unbind(inside, "0000:00:17.0")).toContain("the root file system (overlay overlay) may be on sda");
    const source = mounted(pc(), ["0:30", "/", "btrfs", "/dev/disk/by-label/x"]);
    expect(await unbind(source, "0000:00:17.0")).toContain("may be on sda");
    const none = mounted(pc(), ["0:30", "/", "tmpfs", "tmpfs"]);
    expect(await unbind(none, "0000:00:17.0")).toBe("done");
  });

  test("what the first process has counts, too, as outside of a container", async () => {
    const machine = pc().defaultRoute("eth9").rootFileSystem("0:90", "none");
    machine.file("proc/1/net/route", machine.read("proc/net/route").replace("eth9", "eno1"));
    machine.file("proc/self/net/route", machine.read("proc/net/route"));
    expect(await unbind(machine, "0000:00:1f.6")).toBe(NETWORK);
    mounted(machine, ["0:90", "/", "tmpfs", "tmpfs"]);
    machine.file("proc/1/mountinfo", "27 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
    expect(await unbind(machine, "0000:00:17.0")).toContain("the root file system is on sda1");
  });

  test("the ports of an Open vSwitch; the interfaces of all routes, if the root is on a server", async () => {
    const machine = pc().defaultRoute("br-ex").device("virtual/net/br-ex", { class: "net" });
    machine.device("virtual/net/ovs-system", { class: "net" });
    machine.link("sys/devices/virtual/net/ovs-system/lower_eno1", "sys/class/net/eno1");
    expect(await unbind(machine, "0000:00:1f.6")).toBe(NETWORK);

    const nfs = mounted(pc().defaultRoute("eth9"), ["0:30", "/", "nfs4", "10.1.0.1:/srv/root"]);
    nfs.append("proc/net/route", "eno1\t0000010A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n");
    expect(await unbind(nfs, "0000:00:1f.6")).toContain(
      "the root file system is on a server, which may be reached over eno1;",
    );
    mounted(nfs, ["8:1", "/", "ext4", "/dev/sda1"]);
    expect(await unbind(nfs, "0000:00:1f.6")).toBe("done");
  });

  test("a supplier, whose consumers go with it; not where a link is for the order alone", async () => {
    const machine = pc().driver("platform", "clock").device("platform/clock.0", { bus: "platform", driver: "clock" });
    const [clock, phy, card] = ["platform/clock.0", "platform/phy.0", "pci0000:00/0000:00:1f.6"];
    machine.device(phy, { bus: "platform" }).device(`${clock}/clock-output`, {});
    machine.deviceLink(phy, `${clock}/clock-output`, "active").deviceLink(card, phy, "active");
    expect(await unbind(machine, "clock.0")).toContain("the default route goes over eno1");
    const link = "sys/devices/virtual/devlink/link:clock-output--link:phy.0";
    machine.file(`${link}/sync_state_only`, "1\n");
    expect(await unbind(machine, "clock.0")).toBe("done");
    machine.file(`${link}/sync_state_only`, "0\n");
    expect(await unbind(machine, "clock.0")).toContain("eno1");
    machine.file(`${link}/status`, "not tracked\n");
    expect(await unbind(machine, "clock.0")).toBe("done");
  });

  test("an Ethernet slice, whose interface is beside it; not the RDMA slice", async () => {
    const card = mlx5().defaultRoute("enp3s0f0np0");
    const why = "the default route goes over enp3s0f0np0";
    expect(await unbind(card, "mlx5_core.eth.0")).toContain(`without mlx5_core.eth.0 this machine is cut off: ${why};`);
    expect(await unbind(card, "0000:03:00.0")).toContain(why);
    expect(await unbind(card, "mlx5_core.rdma.0")).toBe("done");
    expect(await unbind(card, "mlx5_core.eth.4")).toBe("done");
    const part = mlx5().defaultRoute("enp3s0f0s88");
    expect(await unbind(part, "mlx5_core.eth.4")).toContain("over enp3s0f0s88");
    expect(await unbind(part, "mlx5_core.sf.4")).toContain("over enp3s0f0s88");
    expect(await unbind(part, "mlx5_core.eth.0")).toBe("done");
  });

  test("a machine that tells nothing of its routes and disks refuses nothing", async () => {
    expect(await unbind(mlx5(), "mlx5_core.eth.0")).toBe("done");
  });
});
