import type { BusSnapshot, Snapshot } from "auxbus";
import { renderFields } from "../fields.ts";
import { printable } from "../printable.ts";
import { renderTable } from "../table.ts";
import type { BusView } from "auxbus";
import { attributeFields, section, type Shown } from "./shown.ts";
import { readFolder } from "./sysfs-folder.ts";

/** All about a bus. */
export async function showBus(bus: BusSnapshot, snapshot: Snapshot, view: BusView): Promise<Shown> {
  const { attributes } = await readFolder(view, `bus/${bus.name}`);
  const devices = snapshot.devices.filter((device) => device.bus === bus.name);
  const drivers = snapshot.drivers.filter((driver) => driver.bus === bus.name);
  const bound = devices.filter(({ driver }) => driver !== null).length;
  return {
    record: { kind: "bus", bus, attributes, devices: devices.map(({ path }) => path), drivers },
    lines: (colors) => [
      colors.bold(printable(bus.name)),
      ...renderFields(
        [
          ["autoprobe", bus.autoprobe ? "on" : "off"],
          ["devices", `${devices.length} (${bound} bound)`],
          ["drivers", String(drivers.length)],
        ],
        colors,
      ).map((line) => `  ${line}`),
      ...section("attributes", renderFields(attributeFields(attributes), colors), colors),
      ...section(
        "drivers",
        drivers.length === 0
          ? []
          : renderTable(
              ["DRIVER", "MODULE", "DEVICES"],
              drivers.map(({ name, module, devices: { length } }) => [name, module, length]),
              colors,
            ),
        colors,
      ),
    ],
  };
}
