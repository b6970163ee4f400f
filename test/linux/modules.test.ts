// The module tree of a kernel.
import { KernelModules, SysTree } from "@auxbus/linux";
import { describe, expect, test } from "vitest";
import { KERNEL, mlx5 } from "./cards.ts";
import { Machine } from "./machine.ts";

describe("a module tree", () => {
  test("resolves aliases with wildcards, of what is built in, of the configuration, and names", () => {
    const machine = new Machine();
    machine.modules(
      KERNEL,
      ["net/e1000e", "snd-hda-intel", "acpi-button", "video", "by-hand"],
      [
        "pci:v00008086d000015BEsv*sd*bc*sc*i* e1000e",
        "pci:v00008086d*sv*sd*bc04sc03i00* snd_hda_intel",
        "acpi*:PNP0C0C:* acpi_button",
        "dmi*:[bs]vnAcme[!x]*: video",
        "char-major-10-* by_hand",
      ],
      ["net/unix"],
    );
    machine.file(`lib/modules/${KERNEL}/modules.builtin.modinfo`, "unix.alias=net-pf-1\0unix.license=GPL\0");
    machine.file(
      "etc/modprobe.d/x.conf",
      "alias my-net e1000e\nalias acpi:PNP0C0C:special video\ninstall made-up /bin/true\n",
    );
    const modules = new KernelModules(new SysTree(machine.root));
    expect(modules.resolve("pci:v00008086d000015BEsv00001028sd0000bc02sc00i00")).toEqual(["e1000e"]);
    expect(modules.resolve("pci:v00008086d0000A348sv00001028sd0000bc04sc03i00")).toEqual(["snd_hda_intel"]);
    expect(modules.resolve("acpi:PNP0C0C:")).toEqual(["acpi_button"]);
    expect(modules.resolve("acpi:PNP0C0C:special")).toEqual(["video"]);
    expect(modules.resolve("dmi:svnAcme1.0:")).toEqual(["video"]);
    expect(modules.resolve("dmi:svnAcmex1.0:")).toEqual([]);
    expect(modules.resolve("char-major-10-200")).toEqual(["by_hand"]);
    expect(modules.resolve("net-pf-1")).toEqual(["unix"]);
    expect(modules.resolve("my_net")).toEqual(["e1000e"]);
    expect(modules.resolve("snd-hda-intel")).toEqual(["snd_hda_intel"]);
    expect(modules.resolve("made-up")).toEqual(["made_up"]);
    expect(modules.resolve("nix")).toEqual([]);
    expect(modules.state("unix").state).toBe("built in");
    expect(modules.state("by-hand")).toEqual({ name: "by_hand", state: "not loaded", forbidden: null });
    expect(modules.state("nix").state).toBe("not installed");
  });

  test("lists what is loaded and who uses it, and what a bus' drivers are for", () => {
    const modules = new KernelModules(new SysTree(mlx5().root));
    expect(modules.loaded()).toEqual([
      { name: "mlx5_ib", size: 450560, references: 0, users: [] },
      { name: "mlx5_core", size: 2146304, references: 1, users: ["mlx5_ib"] },
    ]);
    expect(modules.driversOf("auxiliary")).toEqual([
      { alias: "auxiliary:mlx5_core.eth", module: "mlx5_core" },
      { alias: "auxiliary:mlx5_core.rdma", module: "mlx5_ib" },
      { alias: "auxiliary:mlx5_core.vnet", module: "mlx5_vdpa" },
    ]);
    expect(modules.driversOf("pci")).toEqual([]);
  });

  test("a machine without modules has none", () => {
    const tree = new SysTree(new Machine().root);
    expect(new KernelModules(tree).resolve("x")).toEqual([]);
    expect(() => new KernelModules(tree, "1.0")).toThrow("there are no modules of a kernel 1.0; none are installed");
  });
});
