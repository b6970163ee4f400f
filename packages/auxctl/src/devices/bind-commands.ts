import type { Command } from "commander";
import { BusError, errnoOf, toError } from "auxbus";
import { CHANGE_CODES, help, onView } from "../host/host-option.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import type { BusView } from "auxbus";
import { type BusDevice, findDevice, onBus } from "./find-device.ts";

const DEVICE = "name, BUS/NAME, path, or how the name begins or ends";

/** `auxctl bind` */
export function addBindCommand(program: Command, shell: Shell): Command {
  return onView(program.command("bind"), "changes")
    .summary("bind a device to a driver")
    .description("Bind a device to a driver, or to the first of those that match and take it.")
    .argument("<device>", DEVICE)
    .argument("[driver]", "name of the driver")
    .addHelpText(
      "after",
      help(["auxctl bind mlx5_core.rdma.0", "auxctl bind mlx5_core.rdma.0 mlx5_ib.rdma"], CHANGE_CODES),
    )
    .action(async (word: string, driver: string | undefined, options: CommonOptions) => {
      const view = await shell.liveView(options);
      const device = onBus(findDevice(await view.snapshot(), word));
      const bound = driver === undefined ? await bindAny(view, device, options) : await bindTo(view, device, driver);
      shell.done(options, { device: device.path, driver: bound });
    });
}

async function bindTo(view: BusView, { bus, name }: BusDevice, driver: string): Promise<string> {
  await view.bind(bus, driver, name);
  return driver;
}

async function bindAny(
  view: BusView,
  { bus, name, path, driver: holder }: BusDevice,
  { dryRun }: CommonOptions,
): Promise<string | null> {
  if (holder !== null) {
    throw new BusError("EBUSY", `${name} is bound to ${holder}; auxctl unbind takes it away`, { device: name });
  }
  await view.rescan(bus, name);
  // Nobody has looked for one.
  if (dryRun === true) return null;
  const { driver, summary } = await view.explain(path);
  if (driver === null) throw new BusError("ENODEV", `${name}: ${summary}`, { device: name });
  return driver;
}

/** `auxctl unbind` */
export function addUnbindCommand(program: Command, shell: Shell): Command {
  return onView(program.command("unbind"), "changes")
    .summary("take a device away from its driver")
    .description("Unbind a device from its driver. It stays without one until somebody asks for one.")
    .argument("<device>", DEVICE)
    .addHelpText("after", help(["auxctl unbind mlx5_core.rdma.0"], CHANGE_CODES))
    .action(async (word: string, options: CommonOptions) => {
      const view = await shell.liveView(options);
      const device = onBus(findDevice(await view.snapshot(), word));
      const driver = driverOf(device);
      await view.unbind(device.bus, driver, device.name);
      shell.done(options, { device: device.path, driver });
    });
}

/** `auxctl rebind` */
export function addRebindCommand(program: Command, shell: Shell): Command {
  return onView(program.command("rebind"), "changes")
    .summary("unbind a device and bind it to the same driver again")
    .description("Unbind a device and bind it to the same driver again.")
    .argument("<device>", DEVICE)
    .addHelpText("after", help(["auxctl rebind mlx5_core.rdma.0"], CHANGE_CODES))
    .action(async (word: string, options: CommonOptions) => {
      const view = await shell.liveView(options);
      const device = onBus(findDevice(await view.snapshot(), word));
      const driver = driverOf(device);
      await view.unbind(device.bus, driver, device.name);
      await bindTo(view, device, driver).catch((error: unknown) => {
        const retry = `it has no driver now; auxctl bind ${device.name} ${driver} tries again`;
        throw new BusError(errnoOf(error), `${toError(error).message.replace(/^\w+: /, "")}: ${retry}`, {
          cause: error,
        });
      });
      shell.done(options, { device: device.path, driver });
    });
}

function driverOf({ name, driver }: BusDevice): string {
  if (driver !== null) return driver;
  throw new BusError("ENODEV", `${name} has no driver; auxctl bind gives it one`, { device: name });
}
