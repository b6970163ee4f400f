import type { Command } from "commander";
import type { Explanation } from "auxbus";
import type { Colors } from "../colors.ts";
import { renderFields } from "../fields.ts";
import { printable } from "../printable.ts";
import { help, LOOK_CODES, onView } from "../host/host-option.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import { renderTable } from "../table.ts";
import { findDevice } from "./find-device.ts";

/** `auxctl explain` */
export function addExplainCommand(program: Command, shell: Shell): Command {
  return onView(program.command("explain"))
    .summary("say why a device is as it is")
    .description("Say which drivers were tried on a device, what each answered, what it waits for, and who holds it.")
    .argument("<device>", "name, BUS/NAME, path, or how the name begins or ends")
    .addHelpText("after", help(["auxctl explain mlx5_core.rdma.0", "auxctl explain rdma.0 --json"], LOOK_CODES))
    .action(async (word: string, options: CommonOptions) => {
      const view = await shell.view(options);
      const { path } = findDevice(await view.snapshot(), word);
      const said = await view.explain(path);
      shell.print(options, { explanation: said }, (colors) => explanationLines(said, colors));
    });
}

function explanationLines(said: Explanation, colors: Colors): string[] {
  const { device, summary, path, modalias, driverOverride, waitsFor, drivers, suppliers, consumers, references } = said;
  const holders = Object.entries(references.holders).map(([name, count]) => `${name} ${count}`);
  const links = (list: Explanation["suppliers"]): string => list.map((l) => `${l.device} (${l.state})`).join(", ");
  return [
    printable(`${device}: ${summary}`),
    ...renderFields(
      [
        ["path", path],
        ["modalias", modalias ?? ""],
        ["override", driverOverride ?? ""],
        ["waits for", waitsFor ?? ""],
        ["suppliers", links(suppliers)],
        ["consumers", links(consumers)],
        [
          "references",
          references.count === 0 ? "" : `${references.count}${holders.length === 0 ? "" : ` (${holders.join(", ")})`}`,
        ],
      ],
      colors,
    ),
    ...(drivers.length === 0 ? [] : ["", ...driverTable(drivers, colors)]),
  ];
}

function driverTable(drivers: Explanation["drivers"], colors: Colors): string[] {
  return renderTable(
    ["DRIVER", "MODULE", "VERDICT", "ERROR", "REASON"],
    drivers.map(({ driver, module, verdict, code, reason }) => [
      driver,
      module,
      verdict,
      code ?? "",
      // The error stands in a column of its own.
      code === undefined ? reason : reason.replace(`${code}: `, ""),
    ]),
    colors,
  );
}
