import { Argument, type Command } from "commander";
import { near } from "@auxbus/control";
import { BusError, type BusView } from "auxbus";
import { UsageError } from "../exit-code.ts";
import { CHANGE_CODES, help, onView } from "../host/host-option.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import { findDevice, onBus } from "./find-device.ts";

interface OverrideOptions extends CommonOptions {
  readonly clear?: boolean;
}

/** `auxctl override` */
export function addOverrideCommand(program: Command, shell: Shell): Command {
  return onView(program.command("override"), "changes")
    .summary("let only one driver bind to a device")
    .description("Let only one driver bind to a device, from the next rescan on.")
    .argument("<device>", "name, BUS/NAME, path, or how the name begins or ends")
    .argument("[driver]", "name of the driver, which need not be there yet")
    .option("-c, --clear", "let every driver that matches bind again")
    .addHelpText(
      "after",
      help(["auxctl override 0000:08:00.0 vfio-pci", "auxctl override 0000:08:00.0 --clear"], CHANGE_CODES),
    )
    .action(async (word: string, driver: string | undefined, options: OverrideOptions) => {
      if ((driver === undefined) === (options.clear !== true)) throw new UsageError("give a driver or --clear");
      const view = await shell.liveView(options);
      const device = onBus(findDevice(await view.snapshot(), word));
      await view.override(device.bus, device.name, driver ?? null);
      const other = driver !== undefined && device.driver !== null && device.driver !== driver;
      const hint = other ? `${device.name} stays bound to ${device.driver} until it is unbound` : "";
      shell.done(options, { device: device.path, override: driver ?? null }, hint);
    });
}

/** `auxctl autoprobe` */
export function addAutoprobeCommand(program: Command, shell: Shell): Command {
  return onView(program.command("autoprobe"), "changes")
    .summary("let new devices of a bus be bound at once, or not")
    .description("Let new devices and drivers of a bus be bound to each other at once, or only when somebody asks.")
    .argument("<bus>", "name of the bus")
    .addArgument(new Argument("<state>", "on or off").choices(["on", "off"]))
    .addHelpText("after", help(["auxctl autoprobe auxiliary off"], CHANGE_CODES))
    .action(async (bus: string, state: "on" | "off", options: CommonOptions) => {
      const view = await shell.liveView(options);
      await checkBus(view, bus);
      await view.write(`bus/${bus}/drivers_autoprobe`, state === "on" ? "1\n" : "0\n");
      shell.done(options, { bus, autoprobe: state === "on" });
    });
}

/** Of a kernel also one whose devices are not shown. @throws {BusError} `ENOENT` there is no such bus */
async function checkBus(view: BusView, word: string): Promise<void> {
  const { buses } = await view.snapshot(["buses"]);
  const folders = await view.list("bus").catch(() => []);
  const names = [...new Set([...buses, ...folders].map(({ name }) => name))];
  if (names.includes(word)) return;
  const [meant] = near(word, names);
  const hint = meant === undefined ? `there are ${names.join(", ")}` : `did you mean ${meant}?`;
  throw new BusError("ENOENT", `there is no bus ${word}; ${hint}`);
}
