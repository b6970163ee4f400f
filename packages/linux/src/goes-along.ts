import { closure } from "./closure.ts";
import { deviceLinks, type KernelLink } from "./device-links.ts";
import type { SysTree } from "./sys-tree.ts";

/**
 * What goes with devices that lose their driver or are removed, beside what is below them: consumers, which the kernel
 * unbinds first, and network interfaces that their drivers have put elsewhere.
 *
 * @param devices their paths below `sys`
 * @returns paths, of which everything below goes, too; first the devices themselves
 */
export function goesAlong(tree: SysTree, devices: readonly string[]): readonly string[] {
  const links = managedLinks(tree);
  return closure(devices, (path) => [
    ...links.filter(({ supplier }) => isInside(supplier, path)).map(({ consumer }) => consumer),
    ...interfacesOfSlice(tree, path),
  ]);
}

/** Whether it is a device, or below it. */
export function isInside(path: string, device: string): boolean {
  return path === device || path.startsWith(`${device}/`);
}

/**
 * The driver of a slice of a network card makes its interface below the function that the slice is of, so that nothing
 * of it is below the slice. Which of several are its own, nobody says.
 */
function interfacesOfSlice(tree: SysTree, device: string): readonly string[] {
  const isSlice = tree.link(`${device}/subsystem`) === "bus/auxiliary";
  const name = device.slice(device.lastIndexOf("/") + 1);
  const driver = tree.link(`${device}/driver`) ?? "";
  if (!isSlice || ![name, driver].some((text) => /[._-]eth/i.test(text))) return [];
  const folder = `${device.slice(0, device.lastIndexOf("/"))}/net`;
  return tree.names(folder).map((each) => `${folder}/${each}`);
}

/** The device links whose consumers cannot do without their suppliers. */
function managedLinks(tree: SysTree): readonly KernelLink[] {
  // Some are only for the order of suspend, others only for the first probes.
  return deviceLinks(tree).filter(
    ({ path, state }) => state !== "not tracked" && tree.attribute(`${path}/sync_state_only`) !== "1",
  );
}
