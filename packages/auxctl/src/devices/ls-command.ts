import type { Command } from "commander";
import { Option } from "commander";
import type { DeviceSnapshot, Snapshot } from "auxbus";
import type { Colors } from "../colors.ts";
import { help, LOOK_CODES, onView } from "../host/host-option.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import { renderTable } from "../table.ts";
import { labelOf } from "./find-device.ts";
import { glob } from "./glob.ts";
import { paintState } from "./state-color.ts";

interface LsOptions extends CommonOptions {
  readonly bus?: string;
  readonly driver?: string;
  readonly state?: DeviceSnapshot["state"];
  readonly unbound?: boolean;
  readonly all?: boolean;
}

const STATES: readonly DeviceSnapshot["state"][] = ["bound", "unbound", "deferred", "probing"];

/** `auxctl ls` */
export function addLsCommand(program: Command, shell: Shell): Command {
  return onView(program.command("ls").option("-b, --bus <bus>", "only devices of this bus, or of several with commas"))
    .summary("list devices")
    .description("List the devices of all buses, or those that match.")
    .argument("[pattern...]", "names, BUS/NAME or paths, with * and ?")
    .option("-d, --driver <driver>", "only devices that are bound to this driver")
    .addOption(new Option("--state <state>", "only devices in this state").choices(STATES))
    .option("-u, --unbound", "only devices without driver")
    .option("-a, --all", "devices that are on no bus, too")
    .addHelpText(
      "after",
      help(["auxctl ls", "auxctl ls 'mlx5_core.*' --unbound", "auxctl ls --bus pci --json"], LOOK_CODES),
    )
    .action(async (patterns: string[], options: LsOptions) => {
      const { devices } = await (await shell.view(options)).snapshot();
      const chosen = choose(devices, patterns, options);
      shell.print(options, { devices: chosen }, (colors) => table(chosen, colors));
    });
}

function choose(
  devices: Snapshot["devices"],
  patterns: readonly string[],
  { bus, driver, state, unbound, all }: LsOptions,
): DeviceSnapshot[] {
  const buses = bus === undefined || bus === "all" ? undefined : bus.split(",");
  const globs = patterns.map((pattern) => glob(pattern));
  return devices.filter(
    (device) =>
      (device.bus !== null || all === true || globs.length > 0) &&
      (buses === undefined || (device.bus !== null && buses.includes(device.bus))) &&
      (driver === undefined || device.driver === driver) &&
      (state === undefined || (device.bus !== null && device.state === state)) &&
      (unbound !== true || (device.bus !== null && device.driver === null)) &&
      (globs.length === 0 ||
        [device.name, device.path, labelOf(device)].some((name) => globs.some((fits) => fits(name)))),
  );
}

const STATE_COLUMN = 2;

function table(devices: readonly DeviceSnapshot[], colors: Colors): string[] {
  if (devices.length === 0) return ["no devices"];
  return renderTable(
    ["DEVICE", "BUS", "STATE", "DRIVER", "MODULE"],
    devices.map(({ name, bus, state, driver, module, reason }) =>
      bus === null ? [name, "-"] : [name, bus, state, driver ?? reason ?? "", module ?? ""],
    ),
    colors,
    (text, row, column) => {
      const state = devices[row]?.state;
      return column === STATE_COLUMN && state !== undefined ? paintState(state, text, colors) : text;
    },
  );
}
