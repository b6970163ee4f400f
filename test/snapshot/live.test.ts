import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LinuxView } from "@auxbus/linux";
import { gather, openSnapshot, parseSnapshot } from "@auxbus/snapshot";
import { BusError } from "auxbus";
import { expect, test } from "vitest";
import { detailsOf } from "../../packages/auxctl/src/devices/details.ts";
import { registeredByClass } from "../../packages/auxctl/src/devices/registered-by-class.ts";
import { auxctl } from "../fake-io.ts";
import { ice, mlx5, pc, sof } from "../linux/cards.ts";
import { Machine } from "../linux/machine.ts";
import { tempFolder } from "../temp-folder.ts";

const env = { LANG: "C.UTF-8", NO_COLOR: "1" };

/** A guest with a disk and a network card. */
function guest(): Machine {
  const machine = new Machine();
  machine.driver("pci", "virtio-pci").driver("virtio", "virtio_blk", "virtio_blk");
  const pci = "pci0000:00/0000:00:04.0";
  machine.device("pci0000:00").device(pci, { bus: "pci", driver: "virtio-pci" });
  machine.device(`${pci}/virtio1`, { bus: "virtio", driver: "virtio_blk", files: { status: "0x7\n" } });
  return machine.block(`${pci}/virtio1/block/vda`, "254:0").block(`${pci}/virtio1/block/vda/vda1`, "254:1");
}

test.each<readonly [what: string, machine: () => Machine, bus: string, sees: string]>([
  ["disks of a controller", pc, "pci", "scsi_host host0, block sda"],
  ["all buses of a PC", pc, "all", "block sda"],
  ["a sound card of a device on another bus", sof, "pci", "sound card0"],
  ["a disk of a guest", guest, "pci", "block vda"],
  ["slices of a network card", mlx5, "auxiliary", "sfnum 88"],
  ["a network card", ice, "pci,auxiliary", "infiniband rdmap23s0"],
])("%s are in a snapshot as on the machine", async (_what, make, bus, sees) => {
  const { root } = make();
  const cwd = tempFolder();
  const run = async (...words: string[]) => auxctl(words, { cwd, env });
  expect(await run("--root", root, "--bus", bus, "snapshot", "a.json")).toMatchObject({ code: 0, stderr: "" });
  const live = ["--root", root, "--bus", bus];
  const view = await openSnapshot(join(cwd, "a.json"));
  const linux = new LinuxView({ root, buses: bus.split(",") });
  const { devices } = await linux.snapshot();
  expect((await run("--file", "a.json", "tree", "-r")).stdout).toContain(sees);
  const commands = [["tree", "-r"], ...devices.map(({ path }) => ["show", path])];
  // `ls` takes `--bus` as what it is to list, too.
  expect(await run("--file", "a.json", "ls", "--bus", bus)).toEqual(await run("--root", root, "ls", "--bus", bus));
  for (const words of commands) {
    expect(await run("--file", "a.json", ...words)).toEqual(await run(...live, ...words));
  }
  expect(await detailsOf(view, devices)).toEqual(await detailsOf(linux, devices));
  expect(await registeredByClass(view, devices)).toEqual(await registeredByClass(linux, devices));
});

test("a snapshot of a machine where something has a name that disturbs terminals can be opened, without it", async () => {
  const machine = guest();
  const pci = "pci0000:00/0000:00:04.0";
  machine.device(`${pci}/net/e\u001B[31mth`).device(`${pci}/net/eth1`);
  const cwd = tempFolder();
  expect(await auxctl(["--root", machine.root, "--bus", "pci", "snapshot", "a.json"], { cwd, env })).toMatchObject({
    code: 0,
  });
  const { sysfs } = parseSnapshot(readFileSync(join(cwd, "a.json"), "utf8"), "a.json");
  expect(Object.keys(sysfs[`devices/${pci}/net`] ?? {})).toEqual(["eth1"]);
});

test("of devices on other buses a snapshot has no attributes", async () => {
  const cwd = tempFolder();
  await auxctl(["--root", guest().root, "--bus", "pci", "snapshot", "a.json"], { cwd, env });
  const { sysfs } = parseSnapshot(readFileSync(join(cwd, "a.json"), "utf8"), "a.json");
  const folder = "devices/pci0000:00/0000:00:04.0/virtio1";
  expect(sysfs[folder]).toEqual({
    block: { folder: true },
    subsystem: { link: "bus/virtio" },
    uevent: { value: "DRIVER=virtio_blk\n", writable: true },
  });
});

test("what is below a device on no bus, but not below one that is shown, is left out", async () => {
  const machine = mlx5();
  machine.device("pci0000:00/0000:00:1f.2", { bus: "pci" });
  machine.device("pci0000:00/0000:00:02.0/0000:03:00.1", { bus: "pci" });
  const cwd = tempFolder();
  await auxctl(["--root", machine.root, "snapshot", "a.json"], { cwd, env });
  const folders = Object.keys(parseSnapshot(readFileSync(join(cwd, "a.json"), "utf8"), "a.json").sysfs);
  expect(folders.filter((path) => path.endsWith(".2"))).toEqual([]);
  expect(folders).toContain("devices/pci0000:00/0000:00:02.0/0000:03:00.1");
});

test("interrupts say where they may run, also masked; in older files nobody knows it", async () => {
  const cwd = tempFolder();
  const run = async (...words: string[]) => auxctl(words, { cwd, env });
  await run("--root", mlx5().root, "snapshot", "a.json", "--mask");
  expect((await run("--file", "a.json", "show", "mlx5_core.sf.4")).stdout).toMatch(
    /interrupts: +40 \(0-3\), 121 \(2\)/,
  );
  const { affinities, ...older } = parseSnapshot(readFileSync(join(cwd, "a.json"), "utf8"), "a.json");
  expect(affinities).toEqual({ "40": "0-3", "121": "2" });
  writeFileSync(join(cwd, "old.json"), JSON.stringify(older));
  expect((await run("--file", "old.json", "show", "mlx5_core.sf.4")).stdout).toMatch(/interrupts: +40, 121\n/);
});

test("others have their turn while Linux is read, which does not wait for anything", async () => {
  const view = new LinuxView({ root: pc().root, buses: ["all"] });
  const ending = new AbortController();
  const seen: number[] = [];
  const all = gather(view, {
    ...{ tool: "test", source: "test", machine: "m", time: 0, signal: ending.signal },
    progress: (done) => seen.push(done),
  });
  // As a signal of the system comes.
  setImmediate(() => ending.abort(new BusError("ECANCELED", "enough")));
  await expect(all).rejects.toThrow("enough");
  expect(seen).toEqual([]);
});
