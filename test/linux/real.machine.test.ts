// The machine that the tests run on.
import { spawnSync } from "node:child_process";
import { LinuxView } from "@auxbus/linux";
import { BusError } from "auxbus";
import { expect, test } from "vitest";
import { lsaux } from "../../packages/auxctl/src/lsaux/lsaux.ts";
import { auxctl, FakeIo } from "../fake-io.ts";

function udevadm(path: string): ReadonlyMap<string, string> {
  const { error, status, stdout } = spawnSync("udevadm", ["info", "--query=all", `--path=/sys${path}`], {
    encoding: "utf8",
  });
  if (error !== undefined) throw new Error("udevadm is not installed: apt-get install udev", { cause: error });
  if (status !== 0) return new Map();
  const properties = stdout.split("\n").filter((line) => line.startsWith("E: "));
  return new Map(
    properties.map((line): [string, string] => {
      const equals = line.indexOf("=");
      return [line.slice("E: ".length, equals), line.slice(equals + 1)];
    }),
  );
}

test("devices of all buses are what udevadm says they are", async () => {
  const { devices } = await new LinuxView({ buses: ["all"] }).snapshot();
  let compared = 0;
  // Processors and pieces of memory are many, and all alike.
  const seen = new Map<string | null, number>();
  for (const { path, bus, driver, modalias } of devices) {
    const count = (seen.get(bus) ?? 0) + 1;
    seen.set(bus, count);
    if (count > 12) continue;
    const said = udevadm(path);
    // It has gone since.
    if (said.size === 0) continue;
    expect(said.get("DEVPATH")).toBe(path);
    expect({ path, driver, modalias }).toEqual({
      path,
      driver: said.get("DRIVER") ?? null,
      modalias: said.get("MODALIAS") ?? null,
    });
    if (bus !== null) expect(said.get("SUBSYSTEM")).toBe(bus);
    compared++;
  }
  expect(compared, "a machine has some devices").toBeGreaterThan(3);
});

test("everything below its devices can be listed and read, or says why not", async () => {
  const view = new LinuxView({ buses: ["pci", "platform"].filter((bus) => hasBus(bus)) });
  const { devices } = await view.snapshot();
  expect(devices.length).toBeGreaterThan(0);
  for (const { path } of devices) {
    for (const { name, kind, readable, target } of await view.list(path.slice(1))) {
      if (kind === "link") expect(target, `${path}/${name}`).toMatch(/^(devices|bus|class|module|firmware|kernel)\b/);
      if (kind !== "file" || !readable) continue;
      await view.read(`${path.slice(1)}/${name}`).catch((error: unknown) => {
        expect(error).toBeInstanceOf(BusError);
        expect(String(error)).toContain(`cannot read /sys${path}/${name}: `);
      });
    }
  }
});

function hasBus(bus: string): boolean {
  return new LinuxView().tree.exists(`bus/${bus}`);
}

test("tree and lsaux show it", async () => {
  const { code, stdout, stderr } = await auxctl(["--linux", "tree", "--bus", "all", "--registered"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/\d+ devices/);
  const io = new FakeIo();
  expect(await lsaux(["--all", "--verbose"], io)).toBe(0);
  expect(io.stdout.split("\n").length).toBeGreaterThan(5);
});
