import type { DeviceSnapshot, Explanation, Snapshot } from "auxbus";
import type { Colors } from "../colors.ts";
import { type Field, printableFields, renderFields, renderPaintedFields } from "../fields.ts";
import type { BusView } from "auxbus";
import { printable } from "../printable.ts";
import { interruptsText } from "./interrupts.ts";
import { type DeviceDetails, detailsOf, detailsText } from "./details.ts";
import { attributeFields, section, type Shown } from "./shown.ts";
import { paintState } from "./state-color.ts";
import { readFolder, type SysfsFolder } from "./sysfs-folder.ts";

/** What is in sysfs of a device. */
interface Details extends SysfsFolder, DeviceDetails {
  readonly power: SysfsFolder["attributes"];
  /** Folders that somebody has added. */
  readonly groups: Readonly<Record<string, SysfsFolder["attributes"]>>;
  readonly explanation: Explanation;
  readonly children: readonly string[];
}

/** All about a device. */
export async function showDevice(device: DeviceSnapshot, snapshot: Snapshot, view: BusView): Promise<Shown> {
  const details = await look(device, snapshot, view);
  const { attributes, links, power, groups, explanation, children, ...more } = details;
  const { registered, registeredAtParent, sfnum, interrupts } = more;
  const record = { device, explanation, attributes, groups, power, links, children };
  return {
    record: { kind: "device", ...record, registered, registeredAtParent, sfnum, interrupts },
    lines: (colors) => deviceLines(device, details, colors),
  };
}

async function look(device: DeviceSnapshot, { devices }: Snapshot, view: BusView): Promise<Details> {
  const { path } = device;
  const below = path.slice(1);
  const [own, explanation] = await Promise.all([readFolder(view, below), view.explain(path)]);
  const inside = devices.filter(({ parent }) => parent === path);
  // Devices of a class are in a folder of that class.
  const taken = new Set(inside.map((child) => child.path.slice(path.length + 1).split("/")[0]));
  const groups = own.folders.filter((name) => !taken.has(name));
  const contents = await Promise.all(
    groups.map(async (name) => {
      // It may have gone since: a device below it, a group of its driver.
      const content = await readFolder(view, `${below}/${name}`).catch(() => undefined);
      return [name, content?.attributes ?? {}] as const;
    }),
  );
  const more = await detailsOf(view, [device], devices);
  // What has a uevent is a device, and not a group of attributes.
  const { power = {}, ...others } = Object.fromEntries(contents.filter(([, values]) => !("uevent" in values)));
  return {
    ...own,
    explanation,
    power,
    groups: others,
    children: inside.map((child) => child.path),
    ...(more.get(path) ?? { registered: [], registeredAtParent: [], sfnum: null, interrupts: [] }),
  };
}

function deviceLines(device: DeviceSnapshot, details: Details, colors: Colors): string[] {
  const { name, path, bus, state, driver, module, modalias, version, runtimeStatus } = device;
  const { attributes, power, groups, links, explanation, children, interrupts } = details;
  const why = driver === null && bus !== null ? ` (${explanation.summary.replace(/^(unbound|deferred): /, "")})` : "";
  const fields: readonly Field[] = [
    ...printableFields([
      ["path", path],
      ["bus", bus ?? ""],
    ]),
    ["state", bus === null ? "" : paintState(state, state, colors) + printable(why)],
    ...printableFields([
      ["driver", driver ?? ""],
      ["module", module ?? ""],
      ["override", explanation.driverOverride ?? ""],
      ["modalias", modalias ?? ""],
      ["version", version ?? ""],
      ["runtime PM", runtimeStatus === "unsupported" ? "" : runtimeStatus],
      ["registered", detailsText({ ...details, sfnum: null })],
      ["interrupts", interruptsText(interrupts)],
    ]),
  ];
  const fieldLines = (values: SysfsFolder["attributes"]): string[] => renderFields(attributeFields(values), colors);
  return [
    colors.bold(printable(name)),
    ...renderPaintedFields(fields, colors).map((line) => `  ${line}`),
    ...section("attributes", fieldLines(attributes), colors),
    ...Object.entries(groups).flatMap(([group, values]) => section(`${group}/`, fieldLines(values), colors)),
    ...section("power/", fieldLines(power), colors),
    ...section("links", renderFields(Object.entries(links), colors), colors),
    ...section("below it", children.map(printable), colors),
  ];
}
