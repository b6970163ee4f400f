import type { Device } from "./api.ts";
import { matcher } from "./matcher.ts";
import type { Model } from "./model.ts";
import type { State } from "./state.ts";
import { descendantsOf, rowsOf } from "./tree.ts";

/** How many devices are drawn: more cannot be looked through. */
export const MOST = 200;

/** How many other devices of the same driver are shown around one. */
const FELLOWS = 20;

const ROW = 30;
const INDENT = 22;
const LETTER = 7.3;
/** Half the height of a node. */
const MIDDLE = 12;

export interface DeviceNode {
  readonly path: string;
  readonly name: string;
  readonly driver: string | null;
  readonly state: State | null;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface DriverNode {
  readonly key: string;
  readonly name: string;
  readonly module: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** A line between two nodes. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** Its path, as SVG has it. */
  readonly d: string;
  readonly title: string;
}

export interface Graph {
  readonly devices: readonly DeviceNode[];
  readonly drivers: readonly DriverNode[];
  /** From a parent to its children. */
  readonly parents: readonly Edge[];
  /** From a device to the driver that it is bound to. */
  readonly bindings: readonly Edge[];
  /** From a consumer to its supplier. */
  readonly links: readonly Edge[];
  /** Devices that are not drawn although they are asked for. */
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Where everything is drawn: devices as a tree at the left, each driver beside the middle of its devices.
 *
 * @param around the path of a device: only what has to do with it is drawn; "": everything
 */
export function layOut(model: Model, filter: string, around: string): Graph {
  const text = matcher(filter);
  const near = around === "" ? null : neighbours(model, around);
  const wanted = (device: Device): boolean => (near?.has(device.path) ?? true) && (text?.(device) ?? true);
  const some = text !== null || near !== null;
  const rows = rowsOf(model.devices, model.tree, new Set(), some ? wanted : null);
  // Room at the left for the links.
  const margin = model.links.length > 0 ? 70 : 12;
  const devices = rows.slice(0, MOST).map(({ device, level }, i): DeviceNode => {
    const { path, name, driver } = device;
    const state = model.stateOf(device);
    const width = Math.round((state === null ? 20 : 36) + name.length * LETTER);
    return { path, name, driver, state, x: margin + (level - 1) * INDENT, y: 10 + i * ROW, width };
  });
  const at = new Map(devices.map((node) => [node.path, node]));
  const column = Math.max(240, ...devices.map(({ x, width }) => x + width)) + 110;
  const drivers = placeDrivers(model, devices, some, column);
  return {
    devices,
    drivers,
    parents: devices.flatMap((node) => parentEdge(model, at, node)),
    bindings: bindingEdges(model, devices, drivers),
    links: model.links.flatMap((link) => linkEdge(at, link)),
    left: rows.length - devices.length,
    width: column + Math.max(120, ...drivers.map(({ width }) => width)) + 20,
    height: 20 + Math.max(devices.length * ROW, ...drivers.map(({ y }) => y + ROW)),
  };
}

/** What has to do with a device: what is below it, other devices of its driver, both ends of its links. */
function neighbours({ devices, tree, links }: Model, path: string): Set<string> {
  const device = devices.get(path);
  const found = new Set([path, ...descendantsOf(tree, path).slice(0, MOST)]);
  if (device !== undefined && device.driver !== null) {
    const fellows = [...devices.values()].filter(({ bus, driver }) => bus === device.bus && driver === device.driver);
    for (const fellow of fellows.slice(0, FELLOWS)) found.add(fellow.path);
  }
  for (const { consumer, supplier } of links) {
    if (consumer === path) found.add(supplier);
    else if (supplier === path) found.add(consumer);
  }
  return found;
}

function keyOf(bus: string | null | undefined, driver: string): string {
  return `${bus ?? ""}:${driver}`;
}

function parentEdge(model: Model, at: ReadonlyMap<string, DeviceNode>, node: DeviceNode): Edge[] {
  const parent = at.get(model.devices.get(node.path)?.parent ?? "");
  if (parent === undefined) return [];
  const [x, y] = [parent.x + 10, node.y + MIDDLE];
  return [{ from: parent.path, to: node.path, d: `M${x},${parent.y + 2 * MIDDLE} V${y} H${node.x}`, title: "" }];
}

function bindingEdges(model: Model, devices: readonly DeviceNode[], drivers: readonly DriverNode[]): Edge[] {
  const byKey = new Map(drivers.map((node) => [node.key, node]));
  return devices.flatMap(({ path, name, driver, x, y, width }) => {
    const to = driver === null ? undefined : byKey.get(keyOf(model.devices.get(path)?.bus, driver));
    if (to === undefined) return [];
    const [x1, y1, x2, y2] = [x + width, y + MIDDLE, to.x, to.y + MIDDLE];
    const bend = x2 - Math.min(110, (x2 - x1) / 2);
    const d = `M${x1},${y1} H${bend - 40} C${bend},${y1} ${bend},${y2} ${x2},${y2}`;
    return [{ from: path, to: to.key, d, title: `${name} is bound to ${to.name}` }];
  });
}

function linkEdge(at: ReadonlyMap<string, DeviceNode>, link: Model["links"][number]): Edge[] {
  const [from, to] = [at.get(link.consumer), at.get(link.supplier)];
  if (from === undefined || to === undefined) return [];
  const bend = Math.max(2, Math.min(from.x, to.x) - 20 - Math.min(40, Math.abs(from.y - to.y) / 8));
  const [y1, y2] = [from.y + MIDDLE, to.y + MIDDLE];
  const d = `M${from.x},${y1} C${bend},${y1} ${bend},${y2} ${to.x},${y2}`;
  return [{ from: from.path, to: to.path, d, title: `${from.name} depends on ${to.name}: ${link.state}` }];
}

function placeDrivers(model: Model, devices: readonly DeviceNode[], onlyBound: boolean, x: number): DriverNode[] {
  const rows = new Map<string, number[]>();
  for (const { path, driver, y } of devices) {
    if (driver === null) continue;
    const key = keyOf(model.devices.get(path)?.bus, driver);
    const known = rows.get(key);
    if (known === undefined) rows.set(key, [y]);
    else known.push(y);
  }
  const wanted = model.drivers
    .map(({ bus, name, module }) => {
      const key = keyOf(bus, name);
      const ys = rows.get(key);
      const middle = ys === undefined ? Infinity : ys.reduce((sum, y) => sum + y, 0) / ys.length;
      return { key, name, module, middle };
    })
    .filter(({ middle }) => !onlyBound || middle !== Infinity)
    .toSorted((a, b) => a.middle - b.middle || (a.name < b.name ? -1 : 1))
    .slice(0, MOST);
  let free = 10;
  return wanted.map(({ key, name, module, middle }) => {
    const y = Math.round(middle === Infinity ? free : Math.max(free, middle));
    free = y + ROW;
    return { key, name, module, x, y, width: Math.round(28 + name.length * LETTER) };
  });
}
