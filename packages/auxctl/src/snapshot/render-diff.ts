import type { Change, ListDiff, SnapshotDiff } from "@auxbus/snapshot";
import type { DeviceSnapshot } from "auxbus";
import type { Colors } from "../colors.ts";
import { labelOf } from "../devices/find-device.ts";
import { printable } from "../printable.ts";

/** Characters of a value that are shown; --json has all of them. */
const SHOWN = 80;

/** A line for each thing that has changed. */
export function renderDiff(
  { equal, buses, devices, drivers, links, attributes }: SnapshotDiff,
  colors: Colors,
): string[] {
  if (equal) return ["no differences"];
  return [
    ...renderList(buses, ({ name }) => `bus ${name}`, colors),
    ...renderList(devices, deviceName, colors, ({ state, driver, bus }) =>
      driver === null ? (bus === null ? "" : state) : `bound to ${driver}`,
    ),
    ...renderList(
      drivers,
      ({ bus, name }) => `driver ${bus}/${name}`,
      colors,
      ({ module }) => (module === "" ? "" : `of ${module}`),
    ),
    ...renderList(
      links,
      ({ consumer, supplier }) => `link ${last(consumer)} to ${last(supplier)}`,
      colors,
      ({ state }) => state,
    ),
    ...attributes.map((change) => renderChange("attribute", change, colors)),
  ];
}

function renderList<T>(
  { added, removed, changed }: ListDiff<T>,
  nameOf: (item: T) => string,
  colors: Colors,
  about: (item: T) => string = () => "",
): string[] {
  const whole = (item: T): string => printable([nameOf(item), about(item)].filter((text) => text !== "").join(": "));
  return [
    ...removed.map((item) => colors.red(`- ${whole(item)}`)),
    ...added.map((item) => colors.green(`+ ${whole(item)}`)),
    ...changed.flatMap(({ after, changes }) =>
      changes.map((change) => renderChange(`${nameOf(after)}:`, change, colors)),
    ),
  ];
}

function renderChange(of: string, { what, before, after }: Change, { yellow, red, green }: Colors): string {
  const name = printable(`${of} ${what}`);
  return `${yellow("~")} ${name}: ${red(value(before))} -> ${green(value(after))}`;
}

function value(text: string | null): string {
  if (text === null) return "none";
  const line = printable(text.trimEnd());
  const short = line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
  return short === "" ? '""' : short;
}

function deviceName(device: DeviceSnapshot): string {
  return device.bus === null ? `device ${device.path}` : `device ${labelOf(device)}`;
}

function last(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
