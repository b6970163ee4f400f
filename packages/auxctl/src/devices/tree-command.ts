import type { Command } from "commander";
import type { Snapshot } from "auxbus";
import { help, LOOK_CODES, onView } from "../host/host-option.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import { findDevice } from "./find-device.ts";
import { detailsOf, detailsText } from "./details.ts";
import { reasons, renderTree, showsUnicode } from "./tree.ts";

interface TreeOptions extends CommonOptions {
  readonly registered?: boolean;
}

/** `auxctl tree` */
export function addTreeCommand(program: Command, shell: Shell): Command {
  return onView(program.command("tree"))
    .summary("show devices below their parents")
    .description("Show all devices, or one and those below it, as a tree; with why they have no driver.")
    .argument("[device]", "name, BUS/NAME, path, or how the name begins or ends")
    .option("-r, --registered", "what their drivers have registered, too: network interfaces, sound cards, …")
    .addHelpText("after", help(["auxctl tree", "auxctl tree 0000:08:00.0 --registered"], LOOK_CODES))
    .action(async (word: string | undefined, options: TreeOptions) => {
      const view = await shell.view(options);
      const all = await view.snapshot();
      const shown = word === undefined ? all : below(all, findDevice(all, word).path);
      const why = await reasons(view, shown);
      const { seqnum, buses, drivers, links } = shown;
      const found = options.registered === true ? await detailsOf(view, shown.devices) : undefined;
      const devices = shown.devices.map((device) => ({
        ...device,
        reason: device.reason ?? why.get(device.path) ?? null,
        ...found?.get(device.path),
      }));
      shell.print(options, { seqnum, buses, devices, drivers, links }, (colors) => {
        const style = { colors, unicode: showsUnicode(shell.io.env) };
        if (found === undefined) return renderTree(shown, why, style);
        const registered = new Map([...found].map(([path, details]) => [path, detailsText(details)]));
        return renderTree(shown, why, { ...style, registered });
      });
    });
}

/** What there is from one device downward. */
function below(snapshot: Snapshot, path: string): Snapshot {
  const inside = (other: string): boolean => other === path || other.startsWith(`${path}/`);
  const drivers = snapshot.drivers.map((driver) => ({ ...driver, devices: driver.devices.filter(inside) }));
  return {
    ...snapshot,
    devices: snapshot.devices.filter((device) => inside(device.path)),
    drivers: drivers.filter(({ devices }) => devices.length > 0),
    links: snapshot.links.filter(({ consumer, supplier }) => inside(consumer) || inside(supplier)),
  };
}
