// Files below /sys, as a view of a running machine gives them.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Worker } from "node:worker_threads";
import { LinuxView, SysTree } from "@auxbus/linux";
import { BusError, errnoOf } from "auxbus";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { tempFolder } from "../temp-folder.ts";
import { mlx5 } from "./cards.ts";
import { Machine } from "./machine.ts";

const SF = "devices/pci0000:00/0000:00:02.0/0000:03:00.0/mlx5_core.sf.4";

async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => "nothing",
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BusError);
  return String(error);
}

describe("list and read", () => {
  test("entries are as those of other views: links lead below /sys, rights say what a file is for", async () => {
    const { root } = mlx5();
    chmodSync(join(root, "sys", SF, "sfnum"), 0o444);
    chmodSync(join(root, "sys/bus/auxiliary/drivers/mlx5_core.sf/unbind"), 0o200);
    const view = new LinuxView({ root });
    expect(await view.list(SF)).toEqual([
      { name: "driver", kind: "link", readable: true, writable: false, target: "bus/auxiliary/drivers/mlx5_core.sf" },
      { name: "irqs", kind: "folder", readable: true, writable: false },
      { name: "mlx5_core.eth.4", kind: "folder", readable: true, writable: false },
      { name: "mlx5_core.rdma.4", kind: "folder", readable: true, writable: false },
      { name: "modalias", kind: "file", readable: true, writable: true },
      { name: "net", kind: "folder", readable: true, writable: false },
      { name: "power", kind: "folder", readable: true, writable: false },
      { name: "sfnum", kind: "file", readable: true, writable: false },
      { name: "subsystem", kind: "link", readable: true, writable: false, target: "bus/auxiliary" },
      { name: "uevent", kind: "file", readable: true, writable: true },
    ]);
    const unbind = (await view.list("bus/auxiliary/drivers/mlx5_core.sf")).find(({ name }) => name === "unbind");
    expect(unbind).toMatchObject({ readable: false, writable: true });
    expect(await view.read(`${SF}/sfnum`)).toBe("88\n");
    // Through links that stay inside.
    expect(await view.read("bus/auxiliary/devices/mlx5_core.sf.4/sfnum")).toBe("88\n");
    expect((await view.list("")).map(({ name }) => name)).toEqual(["bus", "class", "devices", "kernel", "module"]);
  });

  test("what is not there, a folder, a file: an error names the path", async () => {
    const view = new LinuxView({ root: mlx5().root });
    expect(await failure(view.read(`${SF}/nix`))).toBe(
      `BusError: ENOENT: cannot read /sys/${SF}/nix: there is no such file`,
    );
    expect(await failure(view.read(SF))).toContain(`EISDIR: cannot read /sys/${SF}: it is a folder`);
    expect(await failure(view.list(`${SF}/sfnum`))).toContain("ENOTDIR");
    expect(await failure(view.list("devices/gone"))).toContain("ENOENT: cannot read /sys/devices/gone");
    expect(await failure(view.write(`${SF}/nix`, "1"))).toContain("ENOENT");
  });

  test("binary files and long ones: what can be read of them, at most 64 KiB", async () => {
    const machine = mlx5();
    writeFileSync(join(machine.root, "sys", SF, "blob"), Buffer.from([0xff, 0xfe, 0x00, 0x41]));
    machine.file(`sys/${SF}/long`, "x".repeat(200_000));
    const view = new LinuxView({ root: machine.root });
    expect(await view.read(`${SF}/blob`)).toBe("\uFFFD\uFFFD\0A");
    expect(await view.read(`${SF}/long`)).toHaveLength(65_536);
  });

  test("what comes in pieces that are no pages, as much of debugfs does", () => {
    // The nearest that every machine lets everybody read.
    const text = new SysTree("/", "proc").read("kallsyms");
    expect(text).toBe(readFileSync("/proc/kallsyms", "latin1").slice(0, 65_536));
  });

  test("files that the kernel does not answer are told of, with their path", async () => {
    // What a process has in its folder is read as the kernel's attributes are, and some of it fails.
    const machine = mlx5();
    symlinkSync("/proc/self", join(machine.root, "sys/devices/process"));
    const view = new LinuxView({ root: machine.root });
    expect(await failure(view.read("devices/process/mem"))).toContain("EXDEV");
    const real = new SysTree("/", "proc");
    expect(await failure(tried(() => real.read("self/mem")))).toMatch(
      /EIO: cannot read \/sys\/\d+\/mem: the device does not answer/,
    );
  });
});

test("what a device does not have is called as the kernel calls it, not as Node does", () => {
  expect(errnoOf(Object.assign(new Error("phys_switch_id"), { code: "ENOTSUP" }))).toBe("EOPNOTSUPP");
});

test("who is root already is not told to become it", async () => {
  const tree = new SysTree("/", "proc");
  using euid = vi.spyOn(process, "geteuid").mockReturnValue(0);
  // It has been written once, which is all that there is.
  const write = () => failure(tried(() => tree.write("self/uid_map", "0 0 1")));
  expect(await write()).toMatch(
    /EPERM: cannot write .*uid_map: not even root may here: this container or the kernel's lockdown does not allow it/,
  );
  euid.mockReturnValue(1000);
  expect(await write()).toContain("it needs root; run it with sudo");
});

async function tried(fn: () => unknown): Promise<unknown> {
  return fn();
}

describe("what leads out of /sys", () => {
  test("is not followed, however it is asked for", async () => {
    const machine = mlx5();
    const secret = join(machine.root, "secret");
    mkdirSync(secret);
    writeFileSync(join(secret, "uevent"), "MODALIAS=secret\n");
    const sys = join(machine.root, "sys");
    symlinkSync(secret, join(sys, "devices/absolute"));
    symlinkSync("../../secret", join(sys, "devices/relative"));
    symlinkSync(join(secret, "uevent"), join(sys, SF, "file"));
    const view = new LinuxView({ root: machine.root });
    for (const path of ["devices/absolute", "devices/relative", "../secret", "devices/../../secret", "/../secret"]) {
      const why = path.includes("..") ? /EINVAL: .* has steps up/ : /EXDEV: .* leads out of \/sys, and is not followed/;
      expect(await failure(view.list(path)), path).toMatch(why);
      expect(await failure(view.read(`${path}/uevent`)), path).toMatch(why);
      expect(await failure(view.write(`${path}/uevent`, "x")), path).toMatch(why);
      expect(await failure(view.explain(`/${path}`)), path).toContain("ENODEV");
    }
    expect(await failure(view.read(`${SF}/file`))).toContain("EXDEV");
    const entries = await view.list("devices");
    expect(entries.find(({ name }) => name === "relative")).toEqual({
      name: "relative",
      kind: "link",
      readable: true,
      writable: false,
    });
  });

  test("is no device, no attribute and no disk either", async () => {
    const machine = mlx5();
    machine.file("secret/device/uevent", "DRIVER=secret\n").file("secret/device/sfnum", "1\n");
    const sys = join(machine.root, "sys");
    symlinkSync("../../secret", join(sys, "devices/out"));
    symlinkSync("../../../devices/out/device", join(sys, "bus/auxiliary/devices/device"));
    symlinkSync("../../../../secret/device", join(sys, "bus/auxiliary/devices/other"));
    symlinkSync("../../../../../../../secret/device/uevent", join(sys, SF, "driver_override"));
    const view = new LinuxView({ root: machine.root });
    const { devices } = await view.snapshot();
    expect(devices.map(({ name }) => name)).not.toContain("device");
    expect(devices.map(({ name }) => name)).not.toContain("other");
    expect((await view.explain(`/${SF}`)).driverOverride).toBeNull();
    const tree = new SysTree(machine.root);
    expect(tree.names("devices/out/device")).toEqual([]);
    expect(tree.exists("devices/out/device/sfnum")).toBe(false);
    expect(tree.attribute("devices/out/device/sfnum")).toBeUndefined();
    expect(tree.attribute("devices/../../secret/device/sfnum")).toBeUndefined();
  });
});

describe("what leads out of a recorded machine", () => {
  test("is not read; links inside are", () => {
    const other = new Machine().file("secret", "secret");
    const machine = new Machine().file("usr/lib/modules/1/modules.dep", "x.ko:\n").file("proc/9/stat", "inside");
    symlinkSync(join(other.root, "secret"), join(machine.root, "proc/modules"));
    symlinkSync(`../../${basename(other.root)}`, join(machine.root, "etc"));
    symlinkSync("9", join(machine.root, "proc/self"));
    const tree = new SysTree(machine.root);
    expect(tree.outside("proc/modules")).toBeUndefined();
    expect(tree.outside("etc/secret")).toBeUndefined();
    expect(tree.folderOutside("etc")).toEqual([]);
    expect(tree.outside("proc/self/stat")).toBe("inside");
    // Without the link from lib.
    expect(tree.folderOutside("lib/modules")).toEqual(["1"]);
    expect(tree.outside("lib/modules/1/modules.dep")).toBe("x.ko:\n");
    symlinkSync("/usr/lib", join(machine.root, "lib"));
    expect(tree.folderOutside("lib/modules")).toEqual(["1"]);
  });

  test("pipes are not waited for, and what is very long is not read", () => {
    const machine = new Machine();
    execFileSync("mkfifo", [join(machine.root, "proc/modules")]);
    truncateSync(join(machine.file("proc/cmdline", "").root, "proc/cmdline"), 2 ** 27);
    const tree = new SysTree(machine.root);
    expect(tree.outside("proc/modules")).toBeUndefined();
    expect(tree.outside("proc/cmdline")).toBeUndefined();
    expect(tree.outside("proc")).toBeUndefined();
  });

  test("is no machine, if its sys is not in it", () => {
    const root = tempFolder();
    symlinkSync("/sys", join(root, "sys"));
    expect(() => new SysTree(root)).toThrow(`EXDEV: there is no Linux in ${root}: its folder sys leads out of it`);
    // Over links to the root itself.
    const machine = new Machine();
    symlinkSync(machine.root, join(root, "machine"));
    expect(new SysTree(join(root, "machine")).outside("proc/sys/kernel/hostname")).toBe("rack7\n");
  });
});

describe("devices that vanish", () => {
  test("a link to nothing, a folder without uevent, a driver that is not there", async () => {
    const machine = mlx5();
    machine.link("sys/bus/auxiliary/devices/gone.eth.0", "sys/devices/pci0000:00/gone.eth.0");
    machine.remove(`sys/${SF}/mlx5_core.eth.4/uevent`).remove("sys/bus/auxiliary/drivers/mlx5_core.sf");
    const { devices } = await new LinuxView({ root: machine.root }).snapshot();
    const names = devices.map(({ name }) => name);
    expect(names).not.toContain("gone.eth.0");
    expect(names).not.toContain("mlx5_core.eth.4");
    expect(devices.find(({ name }) => name === "mlx5_core.sf.4")).toMatchObject({
      driver: "mlx5_core.sf",
      module: null,
    });
  });

  test("a machine whose devices come and go all the time is read again and again", async () => {
    const machine = new Machine().bus("auxiliary").device("card");
    const stop = new SharedArrayBuffer(8);
    const flags = new Int32Array(stop);
    const worker = new Worker(CHURN, { eval: true, workerData: { root: machine.root, stop } });
    onTestFinished(async () => void (await worker.terminate()));
    const view = new LinuxView({ root: machine.root });
    const missing: string[] = [];
    // Until it has seen some, and a good many rounds have gone by.
    for (let looks = 0, seen = 0; looks < 200 || seen < 50; looks++) {
      const { devices } = await view.snapshot();
      seen += devices.length;
      for (const { path } of devices) {
        await view.explain(path).catch((error: unknown) => missing.push(errnoOf(error)));
        const entries = await view.list(path.slice(1)).catch((error: unknown) => void missing.push(errnoOf(error)));
        for (const { name, kind } of entries ?? [])
          if (kind === "file") {
            await view.read(`${path.slice(1)}/${name}`).catch((error: unknown) => missing.push(errnoOf(error)));
          }
      }
    }
    Atomics.store(flags, 0, 1);
    expect(missing.filter((code) => code !== "ENOENT" && code !== "ENODEV")).toEqual([]);
  });
});

/** Makes and removes ten devices, over and over. */
const CHURN = `
  const { mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } = require("node:fs");
  const { workerData: { root, stop } } = require("node:worker_threads");
  const flags = new Int32Array(stop);
  const ids = Array.from({ length: 10 }, (_, i) => "card.eth." + i);
  while (Atomics.load(flags, 0) === 0) {
    for (const id of ids) {
      const folder = root + "/sys/devices/card/" + id;
      mkdirSync(folder + "/power", { recursive: true });
      writeFileSync(folder + "/uevent", "MODALIAS=auxiliary:card.eth\\n");
      symlinkSync("../../../devices/card/" + id, root + "/sys/bus/auxiliary/devices/" + id);
    }
    for (const id of ids) {
      unlinkSync(root + "/sys/bus/auxiliary/devices/" + id);
      rmSync(root + "/sys/devices/card/" + id, { recursive: true });
    }
  }
`;
