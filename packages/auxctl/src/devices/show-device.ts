import type { DeviceSnapshot, Explanation, Snapshot } from "auxbus";
import type { Colors } from "../colors.ts";
import { renderFields } from "../fields.ts";
import type { BusView } from "auxbus";
import { attributeFields, section, type Shown } from "./shown.ts";
import { paintState } from "./state-color.ts";
import { readFolder, type SysfsFolder } from "./sysfs-folder.ts";

/** What is in sysfs of a device. */
interface Details extends SysfsFolder {
  readonly power: SysfsFolder["attributes"];
  /** Folders that somebody has added. */
  readonly groups: Readonly<Record<string, SysfsFolder["attributes"]>>;
  readonly explanation: Explanation;
  readonly children: readonly string[];
}

/** All about a device. */
export async function showDevice(device: DeviceSnapshot, snapshot: Snapshot, view: BusView): Promise<Shown> {
  const details = await look(device, snapshot, view);
  const { attributes, links, power, groups, explanation, children } = details;
  return {
    record: { kind: "device", device, explanation, attributes, groups, power, links, children },
    lines: (colors) => deviceLines(device, details, colors),
  };
}

async function look({ path }: DeviceSnapshot, { devices }: Snapshot, view: BusView): Promise<Details> {
  const below = path.slice(1);
  const [own, explanation] = await Promise.all([readFolder(view, below), view.explain(path)]);
  const inside = devices.filter(({ parent }) => parent === path);
  // Devices of a class are in a folder of that class.
  const taken = new Set(inside.map((child) => child.path.slice(path.length + 1).split("/")[0]));
  const groups = own.folders.filter((name) => !taken.has(name));
  const contents = await Promise.all(
    groups.map(async (name) => [name, (await readFolder(view, `${below}/${name}`)).attributes] as const),
  );
  const { power = {}, ...others } = Object.fromEntries(contents);
  return {
    ...own,
    explanation,
    power,
    groups: others,
    children: inside.map((child) => child.path),
  };
}

function deviceLines(device: DeviceSnapshot, details: Details, colors: Colors): string[] {
  const { name, path, bus, state, driver, module, modalias, version, runtimeStatus } = device;
  const { attributes, power, groups, links, explanation, children } = details;
  const why = driver === null && bus !== null ? ` (${explanation.summary.replace(/^(unbound|deferred): /, "")})` : "";
  const fields: [string, string][] = [
    ["path", path],
    ["bus", bus ?? ""],
    ["state", bus === null ? "" : paintState(state, state, colors) + why],
    ["driver", driver ?? ""],
    ["module", module ?? ""],
    ["override", explanation.driverOverride ?? ""],
    ["modalias", modalias ?? ""],
    ["version", version ?? ""],
    ["runtime PM", runtimeStatus === "unsupported" ? "" : runtimeStatus],
  ];
  const fieldLines = (values: SysfsFolder["attributes"]): string[] => renderFields(attributeFields(values), colors);
  return [
    colors.bold(name),
    ...renderFields(fields, colors).map((line) => `  ${line}`),
    ...section("attributes", fieldLines(attributes), colors),
    ...Object.entries(groups).flatMap(([group, values]) => section(`${group}/`, fieldLines(values), colors)),
    ...section("power/", fieldLines(power), colors),
    ...section("links", renderFields(Object.entries(links), colors), colors),
    ...section("below it", children, colors),
  ];
}
