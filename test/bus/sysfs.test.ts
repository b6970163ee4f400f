import { DriverCore, Module } from "auxbus";
import { expect, test } from "vitest";
import { outcome, Rig } from "../support/rig.ts";

test("every file and folder of the auxiliary bus is where the kernel has it", async () => {
  const rig = new Rig();
  const { sysfs } = rig.core;
  await rig.core.auxiliary.register(
    rig.driver({
      name: "x",
      more: {
        attributes: { version: { show: () => "7\n" } },
        deviceAttributes: (device) => ({
          speed: { show: () => `${device.id}00\n` },
          stats: { rx: { show: () => "1\n" } },
        }),
      },
    }),
    { module: "drv" },
  );
  const device = await rig.core.auxiliary.create(rig.nic, {
    module: "m",
    name: "x",
    id: 2,
    attributes: { sfnum: { show: () => "4\n" } },
  });
  expect(sysfs.list("")).toEqual(["bus", "class", "devices", "module"]);
  expect(sysfs.list("bus")).toEqual(["auxiliary"]);
  expect(sysfs.list("bus/auxiliary")).toEqual(["devices", "drivers", "drivers_autoprobe", "drivers_probe", "uevent"]);
  expect(sysfs.list("bus/auxiliary/drivers/drv.x")).toEqual(["bind", "m.x.2", "module", "uevent", "unbind", "version"]);
  expect(sysfs.list("devices/nic0")).toEqual(["m.x.2", "power", "uevent"]);
  expect(sysfs.list("devices/nic0/m.x.2")).toEqual([
    "driver",
    "power",
    "sfnum",
    "speed",
    "stats",
    "subsystem",
    "uevent",
  ]);
  expect(sysfs.list("devices/nic0/m.x.2/power")).toEqual([
    "async",
    "autosuspend_delay_ms",
    "control",
    "runtime_active_kids",
    "runtime_active_time",
    "runtime_enabled",
    "runtime_status",
    "runtime_suspended_time",
    "runtime_usage",
  ]);
  const read = (name: string): string => sysfs.read(`bus/auxiliary/devices/m.x.2/${name}`);
  expect(["speed", "stats/rx", "sfnum", "driver/version", "uevent"].map(read)).toEqual([
    "200\n",
    "1\n",
    "4\n",
    "7\n",
    "DRIVER=drv.x\nMODALIAS=auxiliary:m.x\n",
  ]);
  expect(
    [
      "async",
      "control",
      "runtime_active_kids",
      "runtime_active_time",
      "runtime_enabled",
      "runtime_status",
      "runtime_suspended_time",
      "runtime_usage",
    ].map((name) => read(`power/${name}`)),
  ).toEqual(["disabled\n", "auto\n", "0\n", "0\n", "disabled\n", "unsupported\n", "0\n", "0\n"]);
  expect(sysfs.readlink("bus/auxiliary/devices/m.x.2")).toBe("../../../devices/nic0/m.x.2");
  expect(sysfs.readlink("devices/nic0/m.x.2/driver")).toBe("../../../bus/auxiliary/drivers/drv.x");
  expect(sysfs.readlink("devices/nic0/m.x.2/subsystem")).toBe("../../../bus/auxiliary");
  expect(sysfs.readlink("bus/auxiliary/drivers/drv.x/m.x.2")).toBe("../../../../devices/nic0/m.x.2");
  expect(sysfs.readlink("bus/auxiliary/drivers/drv.x/module")).toBe("../../../../module/drv");
  expect(sysfs.list("module/drv")).toEqual(["drivers", "refcnt"]);
  expect(sysfs.read("module/drv/refcnt")).toBe("0\n");
  expect(sysfs.readlink("module/drv/drivers/auxiliary:drv.x")).toBe("../../../bus/auxiliary/drivers/drv.x");
  expect(sysfs.exists("module/nobody")).toBe(false);
  await device.unbind();
  expect(sysfs.list("devices/nic0/m.x.2")).toEqual(["power", "sfnum", "subsystem", "uevent"]);
  expect(sysfs.exists("bus/auxiliary/drivers/drv.x/m.x.2")).toBe(false);
  await rig.end();
});

test("the entries of a folder say what they are and what can be done with them, without being read", async () => {
  const rig = new Rig();
  const { sysfs } = rig.core;
  await rig.register();
  const device = await rig.create();
  const never = (): never => {
    throw new Error("it was read");
  };
  device.addAttribute("both", { show: never, store: never });
  device.addAttribute("in", { store: never });
  device.addAttribute("out", { show: never });
  device.addAttribute("group", { one: { show: never } });
  expect(sysfs.entries("bus/auxiliary/devices/m.x.0")).toEqual([
    { name: "both", kind: "file", readable: true, writable: true },
    { name: "driver", kind: "link", readable: true, writable: false, target: "bus/auxiliary/drivers/drv" },
    { name: "group", kind: "folder", readable: true, writable: false },
    { name: "in", kind: "file", readable: false, writable: true },
    { name: "out", kind: "file", readable: true, writable: false },
    { name: "power", kind: "folder", readable: true, writable: false },
    { name: "subsystem", kind: "link", readable: true, writable: false, target: "bus/auxiliary" },
    { name: "uevent", kind: "file", readable: true, writable: true },
  ]);
  expect(sysfs.entries("devices/nic0/m.x.0/group").map(({ name }) => name)).toEqual(["one"]);
  expect(sysfs.entries("").map(({ name, kind }) => [name, kind])).toEqual([
    ["bus", "folder"],
    ["class", "folder"],
    ["devices", "folder"],
    ["module", "folder"],
  ]);
  expect(() => sysfs.entries("devices/nic0/uevent")).toThrow(/ENOTDIR/);
  expect(() => sysfs.entries("devices/nic1")).toThrow(/ENOENT/);
  const folders = [""];
  for (const path of folders) {
    const entries = sysfs.entries(path);
    expect(
      entries.map(({ name }) => name),
      path,
    ).toEqual(sysfs.list(path));
    for (const { name, kind, target } of entries) {
      const below = path === "" ? name : `${path}/${name}`;
      if (kind === "folder") folders.push(below);
      if (target !== undefined) expect(sysfs.exists(target), `${below} leads to ${target}`).toBe(true);
    }
  }
  expect(folders).toContain("devices/nic0/m.x.0/power");
  await rig.end();
});

test("files are written as an administrator would", async () => {
  const rig = new Rig();
  const { sysfs } = rig.core;
  const device = await rig.create();
  await sysfs.write("bus/auxiliary/drivers_autoprobe", "0\n");
  expect(sysfs.read("bus/auxiliary/drivers_autoprobe")).toBe("0\n");
  await rig.register();
  expect(device.driver).toBeNull();
  await sysfs.write("bus/auxiliary/drivers_probe", "m.x.0\n");
  expect(device.driver?.name).toBe("drv");
  await sysfs.write("bus/auxiliary/drivers/drv/unbind", "m.x.0");
  await sysfs.write("bus/auxiliary/drivers/drv/bind", "m.x.0");
  rig.since();
  await sysfs.write("devices/nic0/m.x.0/uevent", "change 1234 A=B");
  expect(rig.since()).toEqual(["change m.x.0"]);
  await sysfs.write("bus/auxiliary/uevent", "change");
  await sysfs.write("bus/auxiliary/drivers/drv/uevent", "add");
  expect(rig.since()).toEqual(["change auxiliary", "add drv"]);
  const stored: string[] = [];
  device.addAttribute("knob", { store: (value) => void stored.push(value) });
  await sysfs.write("devices/nic0/m.x.0/knob", "1\n\n");
  expect(stored).toEqual(["1\n"]);
  device.removeAttribute("knob");
  await sysfs.write("bus/auxiliary/drivers_autoprobe", "1");
  expect(rig.core.auxiliary.autoprobe).toBe(true);
  await rig.end();
});

test("what cannot be done is an errno", async () => {
  const rig = new Rig();
  const { sysfs } = rig.core;
  const device = await rig.create();
  await rig.register({ more: { suppressBindAttrs: true } });
  device.addAttribute("silent", { store: () => undefined });
  expect(() => device.addAttribute("silent", {})).toThrow(/EEXIST/);
  expect(() => device.removeAttribute("nothing")).toThrow(/ENOENT/);
  const reads: Record<string, string> = {
    nothing: "ENOENT",
    "devices/nic0/uevent/deeper": "ENOENT",
    "bus/auxiliary": "EISDIR",
    "devices/nic0/m.x.0/silent": "EACCES",
    "devices/../bus": "ENOENT",
    "devices/nic0/m.x.0/power/autosuspend_delay_ms": "EIO",
  };
  for (const [path, code] of Object.entries(reads))
    expect(() => sysfs.read(path), path).toThrow(expect.objectContaining({ code }));
  expect(() => sysfs.list("devices/nic0/uevent")).toThrow(/ENOTDIR/);
  expect(() => sysfs.list("devices/nic1")).toThrow(/ENOENT/);
  expect(() => sysfs.readlink("devices/nic0")).toThrow(/EINVAL/);
  expect(() => sysfs.readlink("devices/nic1")).toThrow(/ENOENT/);
  const writes: Record<string, string> = {
    "bus/auxiliary": "EISDIR",
    "devices/nic0/m.x.0/power/runtime_status": "EACCES",
    "devices/nic0/m.x.0/uevent": "EINVAL",
    "devices/nic0/m.x.0/power/autosuspend_delay_ms": "EIO",
    "bus/auxiliary/uevent": "EINVAL",
    "bus/auxiliary/drivers/drv/uevent": "EINVAL",
    "bus/auxiliary/drivers/drv/bind": "ENOENT",
  };
  for (const [path, code] of Object.entries(writes)) expect(await outcome(sysfs.write(path, "")), path).toBe(code);
  expect(await outcome(rig.core.auxiliary.unbind("drv", "m.x.0"))).toBe("ENOENT");
  device.runtimePm.setAutosuspendDelay(5);
  device.runtimePm.useAutosuspend(true);
  const delay = "devices/nic0/m.x.0/power/autosuspend_delay_ms";
  expect(sysfs.read(delay)).toBe("5\n");
  await sysfs.write(delay, "70");
  expect(sysfs.read(delay)).toBe("70\n");
  expect(await outcome(sysfs.write(delay, "soon"))).toBe("EINVAL");
  expect(await outcome(sysfs.write(delay, ""))).toBe("EINVAL");
  await rig.end();
});

test("a root device shows its module, and names are unique", async () => {
  const rig = new Rig();
  const owner = new Module("core_mod");
  const root = rig.core.addRootDevice("p0", { owner, attributes: { serial: { show: () => "1" } } });
  expect(rig.core.sysfs.list("devices/p0")).toEqual(["module", "power", "serial", "uevent"]);
  expect(rig.core.sysfs.readlink("devices/p0/module")).toBe("../../module/core_mod");
  expect(() => rig.core.addRootDevice("p0")).toThrow(/EEXIST/);
  expect(() => rig.core.addRootDevice("")).toThrow(/EINVAL/);
  expect(rig.core.findDevice("/devices/p0")).toBe(root);
  expect(rig.core.findDevice("/devices/p0/nothing/more")).toBeUndefined();
  expect(rig.core.findDevice("/bus")).toBeUndefined();
  await root.destroy();
  expect(rig.core.sysfs.exists("module/core_mod")).toBe(false);
  await rig.end();
});

test("stat tells what is at a path without listing its folder, links followed", () => {
  const core = new DriverCore();
  core.addRootDevice("nic0", { attributes: { speed: { show: () => "1\n" }, reset: { store: () => {} } } });
  expect(core.sysfs.stat("devices/nic0/speed")).toEqual({
    name: "speed",
    kind: "file",
    readable: true,
    writable: false,
  });
  expect(core.sysfs.stat("/devices/nic0/reset")).toMatchObject({ readable: false, writable: true });
  expect(core.sysfs.stat("")).toMatchObject({ kind: "folder" });
  expect(() => core.sysfs.stat("devices/nic1")).toThrow("ENOENT");
});
