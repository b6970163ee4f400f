import { closure } from "./closure.ts";
import type { SysTree } from "./sys-tree.ts";

/**
 * The interfaces that the machine is reached by, with those that they are made of, and in words what they are for.
 *
 * @param rootOverNetwork with those of all other routes, as the server may be on any of them
 */
export function vitalInterfaces(tree: SysTree, rootOverNetwork: boolean): ReadonlyMap<string, string> {
  const routes = FOLDERS.flatMap((folder) => routesIn(tree, folder));
  const [normal, others] = [routes.filter(({ isDefault }) => isDefault), rootOverNetwork ? routes : []];
  const found = new Map<string, string>();
  const add = (some: readonly Route[], words: string): void => {
    for (const name of made(tree, some)) if (!found.has(name)) found.set(name, words);
  };
  add(normal, "the default route goes over");
  add(others, "the root file system is on a server, which may be reached over");
  return found;
}

/**
 * Whose routes count: those of this process, and those of the first one, which may have others. That one's only root
 * may read. A recorded machine has but one list.
 */
const FOLDERS = ["proc/self/net", "proc/1/net", "proc/net"];

interface Route {
  readonly name: string;
  readonly isDefault: boolean;
}

function routesIn(tree: SysTree, folder: string): readonly Route[] {
  const rows = (file: string): string[][] =>
    (tree.outside(`${folder}/${file}`) ?? "").split("\n").map((line) => line.trim().split(/\s+/));
  const four = rows("route").map(([name = "", to, , , , , , mask]) => {
    return { name, isDefault: to === "00000000" && mask === "00000000" };
  });
  const six = rows("ipv6_route").map(([to, length, , , , , , , , name = ""]) => {
    return { name, isDefault: to === "0".repeat(32) && length === "00" };
  });
  // The kernel keeps a default route over lo, with which it refuses.
  return [...four, ...six].filter(({ name }) => name !== "" && name !== "lo" && name !== "Iface");
}

/** Interfaces, and those that they are made of: of a bridge, a bond, a VLAN, an Open vSwitch. */
function made(tree: SysTree, routes: readonly Route[]): readonly string[] {
  const names = routes.map(({ name }) => name);
  return closure(names, (name) => {
    const folder = tree.link(`class/net/${name}`);
    const lower = folder === undefined ? [] : lowerIn(tree, folder);
    const isSwitched = lower.length === 0 && folder?.startsWith("devices/virtual/") === true;
    return isSwitched ? [...lower, ...lowerIn(tree, tree.link(`class/net/${SWITCH}`) ?? "")] : lower;
  });
}

/** Has all ports of all Open vSwitches. Which of them traffic of an interface leaves by, the kernel does not say. */
const SWITCH = "ovs-system";

function lowerIn(tree: SysTree, folder: string): readonly string[] {
  const lower = tree.names(folder).filter((entry) => entry.startsWith("lower_"));
  return lower.map((entry) => entry.slice("lower_".length));
}
