import type { BusView, DeviceSnapshot, Snapshot } from "auxbus";
import type { Colors } from "../colors.ts";
import type { Io } from "../io.ts";
import { printable } from "../printable.ts";
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

/** What a tree shows beside its columns. */
export interface TreeExtras {
  /** What drivers have registered, by path of the device: a column more. */
  readonly registered?: ReadonlyMap<string, string>;
  /** Lines below a device, by its path. */
  readonly notes?: ReadonlyMap<string, readonly string[]>;
}

export interface TreeStyle extends TreeExtras {
  readonly colors: Colors;
  /** The terminal shows more than ASCII. */
  readonly unicode: boolean;
}

interface Row {
  /** Branches and name. */
  readonly label: string;
  /** Branches that go on below it. */
  readonly branches: string;
  readonly device: DeviceSnapshot;
}

const HEADER = ["DEVICE", "STATE", "DRIVER", "MODULE"] as const;
const REGISTERED = "REGISTERED";

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
  const { registered, notes } = style;
  const rows = layout(snapshot.devices, style.unicode ? LINES : ASCII).map(printableRow);
  if (rows.length === 0) return ["no devices", summary(snapshot)];
  const onBus = rows.filter(({ device }) => device.bus !== null).map(({ device }) => device);
  const widths = [
    widest(HEADER[0], rows, ({ label }) => label),
    widest(HEADER[1], onBus, ({ state }) => state),
    widest(HEADER[2], onBus, ({ driver }) => driver),
    // The last one has no width.
    registered === undefined ? 0 : widest(HEADER[3], onBus, ({ module }) => module),
  ] as const;
  const pad = (text: string, column: 0 | 1 | 2 | 3): string => text.padEnd(widths[column] + 2);
  const { dim } = style.colors;
  const line = ({ label, device }: Row): string => {
    const { path, bus, state, driver, module } = device;
    if (bus === null) return label;
    const begin = pad(label, 0) + paintState(state, pad(state, 1), style.colors);
    const more = printable(registered?.get(path) ?? "");
    // A reason takes as much place as it needs.
    if (driver === null)
      return begin + dim([printable(why.get(path) ?? ""), more].filter((text) => text !== "").join("  "));
    return begin + pad(driver, 2) + pad(module ?? "", 3) + more;
  };
  const lines = rows.flatMap((row) => [
    line(row).trimEnd(),
    ...(notes?.get(row.device.path) ?? []).map((note) => dim(`${row.branches}  ${printable(note)}`)),
  ]);
  const [deviceHeader, stateHeader, driverHeader, moduleHeader] = HEADER;
  const titles = pad(deviceHeader, 0) + pad(stateHeader, 1) + pad(driverHeader, 2);
  const header = dim(titles + (registered === undefined ? moduleHeader : pad(moduleHeader, 3) + REGISTERED));
  return [header, ...lines, "", summary(snapshot)];
}

/** A row as it can be shown. Its path stays: by that it is looked up. */
function printableRow({ label, branches, device }: Row): Row {
  const { driver, module } = device;
  const shown = { driver: driver && printable(driver), module: module && printable(module) };
  return { label: printable(label), branches, device: { ...device, ...shown } };
}

/** Not by spreading: there may be more rows than a call can have arguments. */
function widest<T>(title: string, items: readonly T[], text: (item: T) => string | null): number {
  return items.reduce((most, item) => Math.max(most, text(item)?.length ?? 0), title.length);
}

function layout(devices: readonly DeviceSnapshot[], branchesOf: Branches): Row[] {
  const children = new Map<string | null, DeviceSnapshot[]>();
  for (const device of devices) {
    const siblings = children.get(device.parent);
    if (siblings === undefined) children.set(device.parent, [device]);
    else siblings.push(device);
  }
  const rows: Row[] = [];
  const visit = (device: DeviceSnapshot, before: string, branch: string, below: string): void => {
    const nested = children.get(device.path) ?? [];
    const branches = before + below + (nested.length === 0 ? branchesOf.space : branchesOf.line);
    rows.push({ label: before + branch + device.name, branches, device });
    for (const [index, child] of nested.entries()) {
      const last = index === nested.length - 1;
      const { tee, line, space } = branchesOf;
      visit(child, before + below, last ? branchesOf.last : tee, last ? space : line);
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
  return printable(`${plural(onBus.length, "device")}${states}, ${plural(drivers.length, "driver")}${waiting}`);
}

/** How many of something there are. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Whether the locale says that more than ASCII can be shown; no word about it counts as yes. */
export function showsUnicode(env: Io["env"]): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"];
  return locale === undefined || locale === "" || /utf-?8/i.test(locale);
}
