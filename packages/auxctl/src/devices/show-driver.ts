import type { DriverSnapshot } from "auxbus";
import { renderFields } from "../fields.ts";
import { printable } from "../printable.ts";
import type { BusView } from "auxbus";
import { attributeFields, section, type Shown } from "./shown.ts";
import { readFolder } from "./sysfs-folder.ts";

/** All about a driver. */
export async function showDriver(driver: DriverSnapshot, view: BusView): Promise<Shown> {
  const { bus, name, module, devices } = driver;
  const { attributes } = await readFolder(view, `bus/${bus}/drivers/${name}`);
  return {
    record: { kind: "driver", driver, attributes },
    lines: (colors) => [
      colors.bold(printable(name)),
      ...renderFields(
        [
          ["bus", bus],
          ["module", module],
          ["devices", devices.length === 0 ? "none" : String(devices.length)],
        ],
        colors,
      ).map((line) => `  ${line}`),
      ...section("attributes", renderFields(attributeFields(attributes), colors), colors),
      ...section("devices", devices.map(printable), colors),
    ],
  };
}
