import { mkdirSync, mkdtempSync, statfsSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Sub-functions of each card; each has three devices below it. */
const FUNCTIONS = 25;

/** Auxiliary devices of each card. */
const EACH = FUNCTIONS * 4;

/** A new folder with room for a machine: in memory, as `/sys` is, if there is enough. */
export function folderForTree(): string {
  return mkdtempSync(join(hasRoom("/dev/shm") ? "/dev/shm" : tmpdir(), "auxbus-tree-"));
}

function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize > 512 * 1024 * 1024;
  } catch {
    return false;
  }
}

/**
 * A machine in a folder, as `/` of a Linux: network cards with sub-functions, which have a network interface, an RDMA
 * device, and a device whose module is not loaded. There are as many auxiliary devices as asked for, in hundreds.
 */
export function makeAuxiliaryTree(root: string, devices: number): void {
  const sys = join(root, "sys");
  const folder = (path: string): string => {
    mkdirSync(join(sys, path), { recursive: true });
    return path;
  };
  const file = (path: string, text: string): void => writeFileSync(join(sys, path), text);
  // Links of a folder lead up to `sys` first.
  const link = (path: string, target: string): void =>
    symlinkSync("../".repeat(path.split("/").length - 1) + target, join(sys, path));
  const driver = (bus: string, name: string): void => {
    folder(`bus/${bus}/devices`);
    folder(`module/mlx5_core`);
    link(`${folder(`bus/${bus}/drivers/${name}`)}/module`, "module/mlx5_core");
  };
  const device = (path: string, bus: string, bound: string | null, alias: string): string => {
    folder(path);
    file(`${path}/uevent`, `${bound === null ? "" : `DRIVER=${bound}\n`}MODALIAS=${alias}\n`);
    link(`${path}/subsystem`, `bus/${bus}`);
    link(`bus/${bus}/devices/${path.slice(path.lastIndexOf("/") + 1)}`, path);
    return path;
  };
  const registered = (path: string, kind: string, name: string): void => {
    const made = folder(`${path}/${kind}/${name}`);
    file(`${made}/uevent`, "");
    link(`${made}/subsystem`, `class/${kind}`);
    link(`class/${kind}/${name}`, made);
  };

  for (const kind of ["net", "infiniband"]) folder(`class/${kind}`);
  driver("pci", "mlx5_core");
  for (const name of ["sf", "eth", "rdma"]) driver("auxiliary", `mlx5_core.${name}`);
  file(`bus/auxiliary/drivers_autoprobe`, "1\n");
  file(`bus/pci/drivers_autoprobe`, "1\n");
  file(`${folder("devices/pci0000:00")}/uevent`, "");
  for (let card = 0; card * EACH < devices; card++) {
    const address = `0000:${card.toString(16).padStart(2, "0")}:00.0`;
    const pci = device(`devices/pci0000:00/${address}`, "pci", "mlx5_core", "pci:v000015B3d0000101D");
    for (let i = 0; i < FUNCTIONS; i++) {
      const id = card * FUNCTIONS + i;
      const sf = device(`${pci}/mlx5_core.sf.${id}`, "auxiliary", "mlx5_core.sf", "auxiliary:mlx5_core.sf");
      file(`${sf}/sfnum`, `${id}\n`);
      const part = (name: string, bound: string | null): string =>
        device(`${sf}/mlx5_core.${name}.${id}`, "auxiliary", bound, `auxiliary:mlx5_core.${name}`);
      // Their drivers register them below the sub-function.
      part("eth", "mlx5_core.eth");
      part("rdma", "mlx5_core.rdma");
      registered(sf, "net", `eth${id}`);
      registered(sf, "infiniband", `mlx5_${id}`);
      part("vnet", null);
    }
  }
  const modules = join(root, "lib/modules/6.12.0");
  mkdirSync(modules, { recursive: true });
  writeFileSync(join(modules, "modules.alias"), "alias auxiliary:mlx5_core.vnet mlx5_vdpa\n");
  writeFileSync(join(modules, "modules.dep"), "kernel/drivers/vdpa/mlx5_vdpa.ko:\n");
  mkdirSync(join(root, "proc/sys/kernel"), { recursive: true });
  writeFileSync(join(root, "proc/sys/kernel/osrelease"), "6.12.0\n");
}
