import type { Command } from "commander";
import { errnoOf, toError } from "auxbus";
import { ExitCode, UsageError } from "../exit-code.ts";
import { help, onView } from "../host/host-option.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import { renderTable } from "../table.ts";
import type { BusView } from "auxbus";
import { type BusDevice, findDevice, onBus } from "./find-device.ts";

interface RescanOptions extends CommonOptions {
  readonly all?: boolean;
}

/** What became of a device. */
interface Rescanned {
  readonly device: string;
  readonly name: string;
  readonly driver: string | null;
  /** Why it has no driver. */
  readonly reason: string | null;
}

/** `auxctl rescan` */
export function addRescanCommand(program: Command, shell: Shell): Command {
  return onView(program.command("rescan"), "changes")
    .summary("try the drivers of a device again")
    .description("Try the drivers that match a device again, or those of all devices that have none.")
    .argument("[device]", "name, BUS/NAME, path, or how the name begins or ends")
    .option("-a, --all", "all devices without driver")
    .addHelpText("after", help(["auxctl rescan mlx5_core.rdma.0", "auxctl rescan --all"], RESCAN_CODES))
    .action(async (word: string | undefined, options: RescanOptions) => {
      if ((word === undefined) === (options.all !== true)) throw new UsageError("give a device or --all");
      const view = await shell.liveView(options);
      const snapshot = await view.snapshot();
      const asked =
        word === undefined
          ? snapshot.devices.filter(({ bus, driver }) => bus !== null && driver === null)
          : [findDevice(snapshot, word)];
      if (options.dryRun === true) {
        for (const { bus, name } of asked.map(onBus)) await view.rescan(bus, name);
        shell.done(options, {
          devices: asked.map(({ path, name }) => ({ device: path, name, driver: null, reason: null })),
        });
        return;
      }
      const results: Rescanned[] = [];
      for (const device of asked) results.push(await rescan(view, onBus(device)));
      if (results.some(({ driver }) => driver === null)) shell.finish(ExitCode.failed);
      shell.print(options, { devices: results }, (colors) =>
        results.length === 0
          ? ["all devices have a driver"]
          : renderTable(
              ["DEVICE", "DRIVER"],
              results.map(({ name, driver, reason }) => [name, driver ?? reason ?? ""]),
              colors,
              (text, row, column) => (column === 1 && results[row]?.driver === null ? colors.yellow(text) : text),
            ),
      );
    });
}

async function rescan(view: BusView, { bus, name, path }: BusDevice): Promise<Rescanned> {
  const refused = await view.rescan(bus, name).then(
    () => null,
    (error: unknown) => `${toError(error).message.replace(/^\w+: /, "")} (${errnoOf(error)})`,
  );
  // It may have gone, too.
  const now = await view.explain(path).catch(() => undefined);
  const driver = now?.driver ?? null;
  return { device: path, name, driver, reason: driver === null ? (refused ?? now?.summary ?? "it has gone") : null };
}

const RESCAN_CODES = `
Exit codes:
  0  all that were asked for have a driver now
  1  at least one has none, or the host has refused it
  2  the command line is wrong, or no host is running`;
