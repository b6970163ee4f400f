// A machine with ten thousand auxiliary devices. How long that takes, `npm run bench:lsaux` measures.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { LinuxView } from "@auxbus/linux";
import { expect, onTestFinished, test } from "vitest";
import { folderForTree, makeAuxiliaryTree } from "../../bench/src/auxiliary-tree.ts";

test("ten thousand devices are shown with little memory", { timeout: 60_000 }, async () => {
  const root = folderForTree();
  onTestFinished(() => rmSync(root, { recursive: true }));
  makeAuxiliaryTree(root, 10_000);
  const { devices } = await new LinuxView({ root }).snapshot(["devices"]);
  expect(devices.filter(({ bus }) => bus === "auxiliary")).toHaveLength(10_000);
  expect(devices.filter(({ driver }) => driver !== null)).toHaveLength(7_600);
  // The command as it is installed, which has less than twice what an empty program has at its disposal.
  const bin = join(import.meta.dirname, "../../packages/auxctl/bin/lsaux.cjs");
  const args = ["--max-old-space-size=64", bin, "--root", root];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 2 ** 26 });
  expect([status, stderr]).toEqual([0, ""]);
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(1 + 1 + 100 + 10_000 + 2);
  expect(lines.at(-1)).toBe("10100 devices (7600 bound, 2500 unbound), 4 drivers");
  expect(lines.filter((line) => line.includes("modprobe mlx5_vdpa loads it"))).toHaveLength(2_500);
  expect(lines.filter((line) => / {2}sfnum \d+, infiniband mlx5_\d+, net eth\d+$/.test(line))).toHaveLength(2_500);
  expect(lines.filter((line) => / {2}at its parent: net eth\d+$/.test(line))).toHaveLength(2_500);
});
