import type { Device, Driver } from "./api.ts";
import type { Model } from "./model.ts";
import type { State } from "./state.ts";
import { rowsOf } from "./tree.ts";

/** How many devices are drawn: more cannot be looked through. */
const MOST = 200;

const ROW = 32;
const INDENT = 22;
const LETTER = 7.4;

export interface DeviceNode {
  readonly device: Device;
  readonly state: State | null;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface DriverNode {
  readonly driver: Driver;
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface Graph {
  readonly devices: readonly DeviceNode[];
  readonly drivers: readonly DriverNode[];
  readonly edges: readonly { readonly device: string; readonly driver: string; readonly d: string }[];
  readonly links: readonly {
    readonly consumer: string;
    readonly supplier: string;
    readonly state: string;
    readonly d: string;
  }[];
  /** Devices that are not drawn. */
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

/** Where everything is drawn: devices as a tree at the left, each driver beside the middle of its devices. */
export function layOut(model: Model, filter: string): Graph {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (device: Device): boolean => {
    const text = `${device.path} ${device.driver ?? ""} ${device.module ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const rows = rowsOf(model.devices, new Set(), words.length === 0 ? null : fits);
  const shown = rows.slice(0, MOST);
  const margin = 70;
  const devices = shown.map(({ device, level }, i): DeviceNode => {
    const state = model.stateOf(device);
    return {
      device,
      state,
      x: margin + (level - 1) * INDENT,
      y: 10 + i * ROW,
      width: (state === null ? 20 : 36) + device.name.length * LETTER,
    };
  });
  const at = new Map(devices.map((node) => [node.device.path, node]));
  const column = Math.max(360, ...devices.map(({ x, width }) => x + width)) + 120;
  const drivers = placeDrivers(model, devices, words.length > 0, column);
  const byKey = new Map(drivers.map((node) => [node.key, node]));
  const edges = devices.flatMap(({ device, x, y, width }) => {
    const to = device.driver === null ? undefined : byKey.get(keyOf(device.bus, device.driver));
    if (to === undefined) return [];
    const [x1, y1, x2, y2] = [x + width, y + 12, to.x, to.y + 12];
    const middle = (x1 + x2) / 2;
    return [{ device: device.path, driver: to.key, d: `M${x1},${y1} C${middle},${y1} ${middle},${y2} ${x2},${y2}` }];
  });
  const links = model.links.flatMap(({ consumer, supplier, state }) => {
    const [from, to] = [at.get(consumer), at.get(supplier)];
    if (from === undefined || to === undefined) return [];
    const bend = Math.min(from.x, to.x) - 20 - Math.min(40, Math.abs(from.y - to.y) / 8);
    return [
      {
        consumer,
        supplier,
        state,
        d: `M${from.x},${from.y + 12} C${bend},${from.y + 12} ${bend},${to.y + 12} ${to.x},${to.y + 12}`,
      },
    ];
  });
  return {
    devices,
    drivers,
    edges,
    links,
    left: rows.length - shown.length,
    width: column + Math.max(120, ...drivers.map(({ width }) => width)) + 20,
    height: 20 + Math.max(devices.length * ROW, ...drivers.map(({ y }) => y + ROW)),
  };
}

function keyOf(bus: string | null, driver: string): string {
  return `${bus ?? ""}:${driver}`;
}

function placeDrivers(model: Model, devices: readonly DeviceNode[], onlyBound: boolean, x: number): DriverNode[] {
  const rows = new Map<string, number[]>();
  for (const { device, y } of devices) {
    if (device.driver === null) continue;
    const key = keyOf(device.bus, device.driver);
    rows.set(key, [...(rows.get(key) ?? []), y]);
  }
  const wanted = model.drivers
    .map((driver) => {
      const key = keyOf(driver.bus, driver.name);
      const ys = rows.get(key);
      return { driver, key, middle: ys === undefined ? Infinity : ys.reduce((sum, y) => sum + y, 0) / ys.length };
    })
    .filter(({ middle }) => !onlyBound || middle !== Infinity)
    .toSorted((a, b) => a.middle - b.middle)
    .slice(0, MOST);
  let free = 10;
  return wanted.map(({ driver, key, middle }) => {
    const y = Math.max(free, middle === Infinity ? free : middle);
    free = y + ROW;
    return { driver, key, x, y, width: 28 + driver.name.length * LETTER };
  });
}
