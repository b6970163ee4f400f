import type { BusView, DeviceSnapshot, Snapshot } from "auxbus";
import type { Colors } from "../colors.ts";
import type { Io } from "../io.ts";
import { paintState } from "./state-color.ts";

/** How branches are drawn. */
interface Branches {
  readonly tee: string;
  readonly last: string;
  readonly line: string;
  readonly space: string;
}

const LINES: Branches = { tee: "├─ ", last: "└─ ", line: "│  ", space: "   " };
const ASCII: Branches = { tee: "|- ", last: "`- ", line: "|  ", space: "   " };

export interface TreeStyle {
  readonly colors: Colors;
  /** The terminal shows more than ASCII. */
  readonly unicode: boolean;
}

interface Row {
  /** Branches and name. */
  readonly label: string;
  readonly device: DeviceSnapshot;
}

const HEADER = ["DEVICE", "STATE", "DRIVER", "MODULE"] as const;

/** How many reasons are asked for at a time. */
const AT_ONCE = 32;

/** The reasons why devices are without driver, by path; asked for once per tree, as a snapshot has none. */
export async function reasons(
  view: Pick<BusView, "explain">,
  { devices }: Pick<Snapshot, "devices">,
): Promise<Map<string, string>> {
  const reasons = new Map<string, string>();
  const asked = devices.filter(({ bus, state }) => bus !== null && state !== "bound");
  for (let i = 0; i < asked.length; i += AT_ONCE) {
    const some = asked.slice(i, i + AT_ONCE).map(async ({ path, reason }) => {
      // It may have gone since the snapshot was taken.
      const explained = reason === null ? await view.explain(path).catch(() => undefined) : undefined;
      // The state stands in a column of its own.
      reasons.set(path, reason ?? explained?.summary.replace(/^unbound: /, "") ?? "");
    });
    await Promise.all(some);
  }
  return reasons;
}

/** The device tree as a table: one line a device, children below their parents. */
export function renderTree(snapshot: Snapshot, why: ReadonlyMap<string, string>, style: TreeStyle): string[] {
  const rows = layout(snapshot.devices, style.unicode ? LINES : ASCII);
  if (rows.length === 0) return ["no devices", summary(snapshot)];
  const onBus = rows.filter(({ device }) => device.bus !== null).map(({ device }) => device);
  const widths = [
    Math.max(HEADER[0].length, ...rows.map(({ label }) => label.length)),
    Math.max(HEADER[1].length, ...onBus.map(({ state }) => state.length)),
    Math.max(HEADER[2].length, ...onBus.map(({ driver }) => driver?.length ?? 0)),
  ] as const;
  const pad = (text: string, column: 0 | 1 | 2): string => text.padEnd(widths[column] + 2);
  const { dim } = style.colors;
  const lines = rows.map(({ label, device }) => {
    if (device.bus === null) return label;
    const state = paintState(device.state, pad(device.state, 1), style.colors);
    const rest =
      device.driver === null ? dim(why.get(device.path) ?? "") : pad(device.driver, 2) + (device.module ?? "");
    return pad(label, 0) + state + rest;
  });
  const [deviceHeader, stateHeader, driverHeader, moduleHeader] = HEADER;
  const header = dim(pad(deviceHeader, 0) + pad(stateHeader, 1) + pad(driverHeader, 2) + moduleHeader);
  return [header, ...lines.map((line) => line.trimEnd()), "", summary(snapshot)];
}

function layout(devices: readonly DeviceSnapshot[], branches: Branches): Row[] {
  const children = new Map<string | null, DeviceSnapshot[]>();
  for (const device of devices) {
    const siblings = children.get(device.parent);
    if (siblings === undefined) children.set(device.parent, [device]);
    else siblings.push(device);
  }
  const rows: Row[] = [];
  const visit = (device: DeviceSnapshot, before: string, branch: string, below: string): void => {
    rows.push({ label: before + branch + device.name, device });
    const nested = children.get(device.path) ?? [];
    for (const [index, child] of nested.entries()) {
      const last = index === nested.length - 1;
      visit(child, before + below, last ? branches.last : branches.tee, last ? branches.space : branches.line);
    }
  };
  const known = new Set(devices.map(({ path }) => path));
  for (const [parent, nested] of children) {
    if (parent === null || !known.has(parent)) for (const root of nested) visit(root, "", "", "");
  }
  return rows;
}

function summary({ devices, drivers }: Snapshot): string {
  const onBus = devices.filter(({ bus }) => bus !== null);
  const counts = (["bound", "unbound", "deferred", "probing"] as const)
    .map((state) => ({ state, count: onBus.filter((device) => device.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`);
  const states = counts.length === 0 ? "" : ` (${counts.join(", ")})`;
  const idle = drivers.filter((driver) => driver.devices.length === 0).map(({ name }) => name);
  const waiting = idle.length === 0 ? "" : ` (without device: ${idle.join(", ")})`;
  return `${plural(onBus.length, "device")}${states}, ${plural(drivers.length, "driver")}${waiting}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Whether the locale says that more than ASCII can be shown; no word about it counts as yes. */
export function showsUnicode(env: Io["env"]): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"];
  return locale === undefined || locale === "" || /utf-?8/i.test(locale);
}
