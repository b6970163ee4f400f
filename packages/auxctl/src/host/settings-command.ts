import type { Command } from "commander";
import { Argument } from "commander";
import { UsageError } from "../exit-code.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import { renderTable } from "../table.ts";
import { dateAndTime } from "../time.ts";
import { CHANGE_CODES, help, LOOK_CODES, onHost } from "./host-option.ts";

/** `auxctl settings` */
export function addSettingsCommand(program: Command, shell: Shell): Command {
  return onHost(program.command("settings"))
    .summary("show what operators have set")
    .description(
      "Show what operators have set and the host keeps: overrides, autoprobe, blacklist, parameters, parked devices.",
    )
    .addHelpText("after", help(["auxctl settings", "auxctl settings --json"], LOOK_CODES))
    .action(async (options: CommonOptions) => {
      const { settings } = await (await shell.host(options)).get("/v1/settings");
      shell.print(options, { settings }, (colors) =>
        settings.length === 0
          ? ["nothing is set"]
          : renderTable(
              ["KIND", "OF", "VALUE", "BY", "SINCE"],
              settings.map(({ kind, key, value, by, time }) => [kind, key, valueText(value), by, dateAndTime(time)]),
              colors,
            ),
      );
    });
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** `auxctl blacklist` */
export function addBlacklistCommand(program: Command, shell: Shell): Command {
  return onHost(program.command("blacklist"))
    .summary("show or change which modules no device may load")
    .description("Show which modules are not loaded by alias, or add or remove one. By name, they still can be loaded.")
    .addArgument(new Argument("[change]", "add or remove").choices(["add", "remove"]))
    .argument("[module]", "name of a module")
    .addHelpText("after", help(["auxctl blacklist", "auxctl blacklist add snd_sof_ipc_flood_test"], CHANGE_CODES))
    .action(async (change: "add" | "remove" | undefined, name: string | undefined, options: CommonOptions) => {
      if (change !== undefined && name === undefined) throw new UsageError(`blacklist ${change}: which module?`);
      const client = await shell.host(options);
      if (change !== undefined && name !== undefined) {
        if (change === "add") await client.put("/v1/blacklist/{name}", { params: { name } });
        else await client.delete("/v1/blacklist/{name}", { params: { name } });
        shell.done(options, { module: name, blacklisted: change === "add" });
        return;
      }
      const { blacklist } = await client.get("/v1/installed");
      shell.print(options, { blacklist }, () => (blacklist.length === 0 ? ["no module is on it"] : blacklist));
    });
}
