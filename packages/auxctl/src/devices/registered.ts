import type { DeviceSnapshot } from "auxbus";
import { type Contents, contentsOf, type Folders } from "./folders.ts";
import { isPath, sharedDisks } from "./nvme-disks.ts";

/** Something that the driver of a device, or what is below it, has registered with a class or a bus. */
export interface Registered {
  /** The class or the bus: `net`, `infiniband`, `vdpa`. */
  readonly subsystem: string;
  readonly name: string;
  /** As paths of devices are. */
  readonly path: string;
}

/** How deep it is looked: a disk is `ata1/host0/target0:0:0/0:0:0:0/block/sda`. */
const DEPTH = 8;

/** Folders of all devices, in which nothing is registered. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  "power",
  "irqs",
  "msi_irqs",
  "statistics",
  "queues",
  "link",
  "wakeup",
]);

/** Classes and buses whose devices are not told of: every device has some, or they are only a way to others. */
export const UNSAID: ReadonlySet<string> = new Set([
  ...["wakeup", "pci_bus", "pci_express", "bdi", "firmware", "devlink"],
  ...["ata_port", "ata_link", "ata_device", "scsi", "scsi_device", "scsi_disk", "scsi_generic", "bsg"],
]);

/** Classes whose devices have devices of other classes below them that people look for. */
const WAYS: ReadonlySet<string> = new Set(["nvme", "scsi_host", "mmc_host", "ata_port"]);

/** Whether it is looked for more below a device. @param subsystem where its link leads, as `bus/scsi` */
export function isWay(subsystem: string): boolean {
  return subsystem.startsWith("bus/") || WAYS.has(subsystem.slice("class/".length));
}

/**
 * What is registered below a device, found through its folders alone: a folder that has nothing but folders may be
 * that of a class (`net/eth0`), and what has a link `subsystem` is a device of its own. Devices of the same bus, as
 * those behind a PCI bridge are, nobody has registered there: they stand for themselves, shown or not.
 *
 * @param path the device's sysfs path
 * @param isShown devices that stand for themselves, with what is below them
 */
export async function registeredBelow(
  folders: Folders,
  path: string,
  isShown: (path: string) => boolean,
): Promise<readonly Registered[]> {
  const found: Registered[] = [];
  const visit = async (folder: string, inside: Contents, depth: number): Promise<void> => {
    if (depth === 0) return;
    for (const { name, kind } of inside) {
      const below = `${folder}/${name}`;
      if (kind !== "folder" || ATTRIBUTES.has(name) || isShown(`/${below}`)) continue;
      const contents = await contentsOf(folders, below);
      if (isClassFolder(contents)) {
        for (const device of contents) await meet(`${below}/${device.name}`, undefined, depth);
      } else if (contents.some((entry) => entry.name === "uevent")) await meet(below, contents, depth);
    }
  };
  const meet = async (device: string, known: Contents | undefined, depth: number): Promise<void> => {
    const contents = known ?? (await contentsOf(folders, device));
    const target = contents.find(({ name }) => name === "subsystem")?.target;
    if (target === undefined) {
      // One that is only there for others to be below it, as ata1 is; else it is no device, but a group of groups.
      if (known !== undefined) await visit(device, contents, depth - 1);
      return;
    }
    if (target === own && target.startsWith("bus/")) return;
    const subsystem = target.slice(target.lastIndexOf("/") + 1);
    const name = device.slice(device.lastIndexOf("/") + 1);
    if (!UNSAID.has(subsystem) && !isPath(name)) found.push({ subsystem, name, path: `/${device}` });
    if (subsystem === "nvme") found.push(...(await sharedDisks(folders, `/${device}`)));
    if (isWay(target)) await visit(device, contents, depth - 1);
  };
  const start = path.slice(1);
  const inside = await contentsOf(folders, start);
  const own = inside.find(({ name }) => name === "subsystem")?.target;
  await visit(start, inside, DEPTH);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isClassFolder(contents: Contents): boolean {
  return contents.length > 0 && contents.every(({ kind }) => kind === "folder");
}

/** Which of these paths are devices of a bus; those of a class have been registered by somebody. */
export function amongBuses(devices: readonly DeviceSnapshot[]): (path: string) => boolean {
  const shown = new Set(devices.filter(({ bus }) => bus !== null).map(({ path }) => path));
  return (path) => shown.has(path);
}
