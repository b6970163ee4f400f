import { Device, DriverCore } from "auxbus";
import { VirtualRuntime } from "@auxbus/testing";
import { beforeEach, describe, expect, test } from "vitest";

let core: DriverCore;
let nic: Device;

beforeEach(() => {
  core = new DriverCore({ runtime: new VirtualRuntime() });
  nic = core.addRootDevice("nic");
});

function netdev(name: string, parent = nic): Device {
  return new Device(core, { name, parent, class: "net", attributes: { mtu: { show: () => "1500\n" } } });
}

describe("a device of a class", () => {
  test("is in the class's folder of its parent, and in /sys/class", async () => {
    const seen: string[] = [];
    core.uevents.subscribe(({ action, devpath, subsystem }) => void seen.push(`${action} ${devpath} ${subsystem}`));
    const device = netdev("eth0");
    await device.add();
    expect(device.path).toBe("/devices/nic/net/eth0");
    expect(core.findDevice("/devices/nic/net/eth0")).toBe(device);
    expect(core.findDevice("/devices/nic/net")).toBeUndefined();
    expect(core.findDevice("/devices/nic/net/eth1")).toBeUndefined();
    expect(core.findOfClass("net", "eth0")).toBe(device);
    expect(core.sysfs.list("devices/nic")).toContain("net");
    expect(core.sysfs.list("devices/nic/net")).toEqual(["eth0"]);
    expect(core.sysfs.list("class")).toEqual(["net"]);
    expect(core.sysfs.read("class/net/eth0/mtu")).toBe("1500\n");
    expect(core.sysfs.read("class/net/eth0/device/net/eth0/mtu")).toBe("1500\n");
    expect(core.sysfs.exists("class/net/eth0/subsystem/eth0")).toBe(true);
    await device.destroy();
    expect(core.sysfs.list("class/net")).toEqual([]);
    expect(core.sysfs.exists("devices/nic/net")).toBe(false);
    expect(seen).toEqual(["add /devices/nic/net/eth0 net", "remove /devices/nic/net/eth0 net"]);
  });

  test("has a name that no other device of its class has, anywhere", async () => {
    await netdev("eth0").add();
    await expect(netdev("eth0").add()).rejects.toMatchObject({ code: "EEXIST" });
    await expect(netdev("eth0", core.addRootDevice("other")).add()).rejects.toMatchObject({ code: "EEXIST" });
    const infiniband = new Device(core, { name: "eth0", parent: nic, class: "infiniband" });
    await infiniband.add();
    await new Device(core, { name: "eth0", parent: nic }).add();
    expect(infiniband.path).toBe("/devices/nic/infiniband/eth0");
    expect(core.findDevice("/devices/nic/eth0")?.class).toBeNull();
  });
});
