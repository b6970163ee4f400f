import type { Command } from "commander";
import { near } from "@auxbus/control";
import { BusError, type DriverSnapshot, errnoOf, type Snapshot } from "auxbus";
import { UsageError } from "../exit-code.ts";
import { help, LOOK_CODES, onView } from "../host/host-option.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import { findDevice } from "./find-device.ts";
import { showBus } from "./show-bus.ts";
import { showDevice } from "./show-device.ts";
import { showDriver } from "./show-driver.ts";
import type { Shown } from "./shown.ts";
import type { BusView } from "auxbus";

/** `auxctl show` */
export function addShowCommand(program: Command, shell: Shell): Command {
  return onView(program.command("show"))
    .summary("show all about a device, a driver or a bus")
    .description("Show all about a device, a driver or a bus: its state, its attributes, and what belongs to it.")
    .argument("<name>", "a device, else a driver, else a bus; each also as BUS/NAME or by its path")
    .addHelpText(
      "after",
      help(["auxctl show mlx5_core.rdma.0", "auxctl show mlx5_ib.rdma", "auxctl show auxiliary --json"], LOOK_CODES),
    )
    .action(async (word: string, options: CommonOptions) => {
      const view = await shell.view(options);
      const { record, lines } = await showAny(word, await view.snapshot(), view);
      shell.print(options, record, lines);
    });
}

/** A device may be named in part; whole names of drivers and buses come before that. */
async function showAny(word: string, snapshot: Snapshot, view: BusView): Promise<Shown> {
  const called = word.replace(/^\/?sys(?=\/)/, "").replace(/^\//, "");
  const [driver, second] = snapshot.drivers.filter((each) => isDriver(each, called));
  const bus = snapshot.buses.find(({ name }) => name === called || `bus/${name}` === called);
  try {
    const device = findDevice(snapshot, word);
    if (device.name === word || (driver === undefined && bus === undefined))
      return await showDevice(device, snapshot, view);
  } catch (error) {
    if (driver === undefined && bus === undefined) throw notFound(error, word, snapshot);
  }
  if (driver !== undefined && second !== undefined) {
    throw new UsageError(
      `${word} is ambiguous; there are ${driver.bus}/${driver.name} and ${second.bus}/${second.name}`,
    );
  }
  if (driver !== undefined) return showDriver(driver, view);
  if (bus !== undefined) return showBus(bus, snapshot, view);
  throw new BusError("ENOENT", `there is no ${word}`);
}

function isDriver({ bus, name }: DriverSnapshot, word: string): boolean {
  return word === name || word === `${bus}/${name}` || word === `bus/${bus}/drivers/${name}`;
}

/** Names of all kinds are near. */
function notFound(error: unknown, word: string, { devices, drivers, buses }: Snapshot): unknown {
  if (errnoOf(error) !== "ENODEV") return error;
  const names = [...devices, ...drivers, ...buses].map(({ name }) => name);
  const meant = near(word, [...new Set(names)]);
  const hint = meant.length === 0 ? "auxctl ls shows the devices" : `did you mean ${meant.join(" or ")}?`;
  return new BusError("ENOENT", `there is no device, driver or bus ${word}; ${hint}`);
}
