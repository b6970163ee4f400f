import type { CommandName } from "../command.ts";
import type { CommandSpecs } from "../command-spec.ts";
import { busCommands } from "./bus.ts";
import { deviceCommands } from "./devices.ts";
import { driverCommands } from "./drivers.ts";
import { flowCommands } from "./flow.ts";
import { linkCommands } from "./links.ts";
import { powerCommands } from "./power.ts";
import { rootDeviceCommands } from "./root-devices.ts";
import { sysfsCommands } from "./sysfs.ts";

/** The scenario language. */
export const commandSpecs: CommandSpecs<CommandName> = {
  ...rootDeviceCommands,
  ...deviceCommands,
  ...driverCommands,
  ...busCommands,
  ...sysfsCommands,
  ...linkCommands,
  ...powerCommands,
  ...flowCommands,
};
