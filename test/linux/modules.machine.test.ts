// The kernels that are installed on the machine that the tests run on.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { KernelModules, SysTree } from "@auxbus/linux";
import { describe, expect, test } from "vitest";
import { auxctl } from "../fake-io.ts";
import { Machine } from "./machine.ts";

describe("the same as kmod says", () => {
  /** Of an installed kernel, which need not be the one that runs. */
  function installed(): string {
    const versions = existsSync("/lib/modules") ? readdirSync("/lib/modules") : [];
    const version = versions.find((each) => existsSync(`/lib/modules/${each}/modules.alias`));
    if (version === undefined) throw new Error("no kernel is installed: apt-get install linux-image-amd64 kmod");
    return version;
  }

  /** Aliases as devices have them: patterns of the list with something in place of the wildcards. */
  function aliasesOf(version: string): string[] {
    const patterns = readFileSync(`/lib/modules/${version}/modules.alias`, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("alias "))
      .map((line) => line.split(" ")[1] ?? "");
    const auxiliary = patterns.filter((pattern) => pattern.startsWith("auxiliary:"));
    expect(auxiliary.length).toBeGreaterThan(3);
    const some = patterns.filter((_pattern, i) => i % 400 === 7);
    return [...auxiliary, ...some, "auxiliary:nobody.has", "pci:v00000000", "ext4", "unix", "net-pf-1"].map((pattern) =>
      pattern
        .replaceAll(/\[([^\]])[^\]]*\]/g, "$1")
        .replaceAll("*", "0")
        .replaceAll("?", "1"),
    );
  }

  test("modprobe -R, for aliases of the installed modules", () => {
    const version = installed();
    const modules = new KernelModules(new SysTree(), version);
    let found = 0;
    for (const alias of aliasesOf(version)) {
      const { error, stdout } = spawnSync("modprobe", ["-S", version, "-R", alias], { encoding: "utf8" });
      if (error !== undefined) throw new Error("modprobe is not installed: apt-get install kmod", { cause: error });
      const expected = new Set(stdout.split("\n").filter((line) => line !== ""));
      expect(new Set(modules.resolve(alias)), alias).toEqual(expected);
      found += expected.size;
    }
    expect(found).toBeGreaterThan(50);
  });

  test("modinfo; a module that is not there; auxctl drivers has what grep finds", async () => {
    const version = installed();
    const root = new Machine().root;
    execFileSync("cp", ["-r", "--parents", ...listsOf(version), root]);
    const missing = await auxctl(["modinfo", "--root", root, "nix"]);
    expect([missing.code, missing.stderr]).toEqual([1, "auxctl: there is no module nix (ENOENT)\n"]);
    const { stdout } = await auxctl(["drivers", "--kernel", version, "--json"]);
    const { kernel, drivers } = JSON.parse(stdout);
    expect(kernel).toBe(version);
    const grep =
      readFileSync(`/lib/modules/${version}/modules.alias`, "utf8").match(/^alias auxiliary:\S+ \S+$/gm) ?? [];
    const lines = drivers.map(({ alias, module }: { alias: string; module: string }) => `alias ${alias} ${module}`);
    expect(lines.toSorted()).toEqual(grep.toSorted());
  });

  function listsOf(version: string): string[] {
    const folder = `/lib/modules/${version}`;
    return readdirSync(folder)
      .filter((name) => name.startsWith("modules."))
      .map((name) => `${folder}/${name}`);
  }
});
