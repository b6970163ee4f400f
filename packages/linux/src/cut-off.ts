import { BusError } from "auxbus";
import type { SysTree } from "./sys-tree.ts";
import { vitalBelow } from "./vital.ts";

/** Files of a device with which it is taken away, and what is written for that, without space around it. */
const ENDINGS: ReadonlyMap<string, RegExp> = new Map([
  ["remove", /[1-9]/],
  ["delete", /./],
  ["delete_controller", /[1-9]/],
  ["reset", /[1-9]/],
  ["reset_subordinate", /[1-9]/],
  ["authorized", /^0/],
  ["enable", /^0/],
  // Of a USB device: none, or that of an address, which takes its interfaces away.
  ["bConfigurationValue", /^(0+|-1)$/],
  // Of a SCSI device.
  ["state", /^(offline|transport-offline|blocked)$/],
  // Of a network interface: without the lowest bit it is down.
  ["flags", /^(0x[\da-f]*[02468ace]|\d*[02468])$/i],
  ["carrier", /^0/],
  // From the next time on that drivers are looked for.
  ["driver_override", /\S/],
]);

/**
 * Refuses a write that would take a device away without which the machine is cut off, whichever way it is asked for.
 *
 * @param file the path without links of what is written, below `sys`
 * @throws {BusError} `EBUSY` and what would be lost
 */
export function refuseToCutOff(tree: SysTree, file: string, value: string): void {
  for (const device of takenAway(tree, file, value.trim())) {
    const vital = vitalBelow(tree, device);
    if (vital.length === 0) continue;
    const name = device.slice(device.lastIndexOf("/") + 1);
    const why = `without ${name} this machine is cut off: ${vital.join(", ")}`;
    throw new BusError("EBUSY", `${why}; --force does it anyway`, { op: "write", device: name });
  }
}

/** The paths of the devices that lose their drivers, or go. */
function takenAway(tree: SysTree, file: string, value: string): readonly string[] {
  const [, bus] = /^bus\/([^/]+)\/drivers\/[^/]+\/unbind$/.exec(file) ?? [];
  if (bus !== undefined) return linked(tree, [`bus/${bus}/devices/${value}`]);
  const [, slot] = /^bus\/pci\/slots\/([^/]+)\/power$/.exec(file) ?? [];
  if (slot !== undefined) return value.startsWith("0") ? inSlot(tree, slot) : [];
  if (!file.startsWith("devices/")) return [];
  const end = file.lastIndexOf("/");
  const [device, name] = [file.slice(0, end), file.slice(end + 1)];
  if (name === "sriov_numvfs") return value.startsWith("0") ? virtualFunctions(tree, device) : [];
  return ENDINGS.get(name)?.test(value) === true ? [device] : [];
}

/** All functions of the card in a slot, whose address is written without the function. */
function inSlot(tree: SysTree, slot: string): readonly string[] {
  const address = tree.attribute(`bus/pci/slots/${slot}/address`) ?? "";
  const names = tree.names("bus/pci/devices").filter((name) => address !== "" && name.startsWith(`${address}.`));
  return linked(
    tree,
    names.map((name) => `bus/pci/devices/${name}`),
  );
}

function virtualFunctions(tree: SysTree, device: string): readonly string[] {
  const names = tree.names(device).filter((name) => /^virtfn\d+$/.test(name));
  return linked(
    tree,
    names.map((name) => `${device}/${name}`),
  );
}

function linked(tree: SysTree, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => tree.link(path) ?? []);
}
