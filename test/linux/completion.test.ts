// What the TAB key offers on a running Linux.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { auxctl } from "../fake-io.ts";
import { KERNEL, mlx5, pc } from "./cards.ts";

const BINS = join(import.meta.dirname, "../../packages/auxctl/bin");

/** Without the first line, which says whether files are possible. */
async function offered(what: "line" | "lsaux", ...line: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await auxctl(["names", what, "--", ...line]);
  return stdout
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((word) => word.replace(/\t.*/, ""));
}

test("names of devices, drivers and buses, wherever the kernel is named", async () => {
  const { root } = mlx5();
  expect(await offered("line", "--root", root, "show", "mlx5_core.sf")).toEqual(["mlx5_core.sf.4", "mlx5_core.sf"]);
  expect(await offered("line", "unbind", `--root=${root}`, "mlx5_core.r")).toEqual([
    "mlx5_core.rdma.0",
    "mlx5_core.rdma.4",
  ]);
  expect(await offered("line", "bind", "--root", root, "mlx5_core.rdma.4", "mlx5_ib.")).toEqual([
    "mlx5_ib.multiport",
    "mlx5_ib.rdma",
  ]);
  expect(await offered("line", "--root", root, "--bus", "")).toEqual(["auxiliary", "pci", "all"]);
  expect(await offered("line", "wait", "--root", pc().root, "-b", "usb", "--bound", "1-3")).toEqual(["1-3", "1-3:1.0"]);
  expect(await offered("line", "show", "--root", "/nowhere", "")).toEqual([]);
});

test("modules and kernels", async () => {
  const { root } = mlx5();
  expect(await offered("line", "modinfo", "--root", root, "mlx5_")).toEqual(["mlx5_core", "mlx5_ib", "mlx5_vdpa"]);
  expect(await offered("line", "drivers", "--root", root, "--kernel", "")).toEqual([KERNEL]);
  expect(await offered("line", "drivers", "--root", root, "--bus", "a")).toEqual(["auxiliary", "all"]);
});

test("options of lsaux, and their values", async () => {
  const { root } = mlx5();
  expect(await offered("lsaux", "--v")).toEqual(["--verbose", "--version"]);
  expect(await offered("lsaux", "--root", root, "-b", "")).toEqual(["auxiliary", "pci"]);
  expect(await offered("lsaux", "--root", root, "--bus=p")).toEqual(["--bus=pci"]);
  expect((await auxctl(["names", "lsaux", "--", "--root", "t"])).stdout).toBe("files\n");
});

test("bash asks for both commands", async () => {
  const { root } = mlx5();
  const { stdout: script } = await auxctl(["completion", "bash"]);
  const complete = (line: string): readonly string[] => {
    const ask = `auxctl() { "${process.execPath}" "${BINS}/auxctl.cjs" "$@"; }
${script}
COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; _auxctl ${line.replace(/ .*/, "")}; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", ask], { encoding: "utf8" });
    expect(stderr).toBe("");
    return stdout.trimEnd().split("\n");
  };
  expect(complete(`auxctl --root ${root} explain mlx5_core.v`)).toEqual(["mlx5_core.vnet.0"]);
  expect(complete(`lsaux --root ${root} --bus p`)).toEqual(["pci"]);
  expect(complete("lsaux --js")).toEqual(["--json"]);
});
