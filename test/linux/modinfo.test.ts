// `auxctl modinfo --linux`, with something else in place of kmod.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { tempFolder } from "../temp-folder.ts";
import { auxctl } from "../fake-io.ts";
import { KERNEL, mlx5 } from "./cards.ts";
import { Machine } from "./machine.ts";

afterEach(() => void vi.unstubAllEnvs());

/** @param script of a shell */
function standIn(script: string): void {
  const machine = new Machine(tempFolder()).file("bin/modinfo", `#!/bin/sh\n${script}\n`);
  chmodSync(join(machine.root, "bin/modinfo"), 0o755);
  vi.stubEnv("PATH", `${machine.root}/bin:${process.env["PATH"] ?? ""}`);
}

test("of another machine, the kernel that it says; where only root looks", async () => {
  standIn('printf "args:  %s\\n" "$*"; printf "path:  %s\\n" "$PATH"');
  const { root } = mlx5();
  const { stdout, stderr } = await auxctl(["modinfo", "--root", root, "mlx5_ib"]);
  expect(stderr).toBe("");
  expect(stdout).toContain(`args: --basedir ${root} --set-version ${KERNEL} -- mlx5_ib\n`);
  expect(stdout).toMatch(/^path: .*:\/usr\/sbin:\/sbin$/m);
});

test.each([
  ["modinfo: ERROR: Module nix not found.", "there is no module nix"],
  [
    "modinfo: ERROR: could not get modinfo from 'nix': Exec format error",
    "could not get modinfo from 'nix': Exec format error",
  ],
])("what it complains about: %s", async (said, told) => {
  standIn(`echo "${said}" >&2; exit 1`);
  expect(await auxctl(["modinfo", "--linux", "nix"])).toEqual({
    code: 1,
    stdout: "",
    stderr: `auxctl: ${told} (ENOENT)\n`,
  });
});
