import type { Command } from "commander";
import type { components } from "@auxbus/host/client";
import type { Colors } from "../colors.ts";
import { renderPaintedFields } from "../fields.ts";
import { printable } from "../printable.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import { duration } from "../time.ts";
import { help, LOOK_CODES, onHost } from "./host-option.ts";

type Status = components["schemas"]["Status"];

/** `auxctl status` */
export function addStatusCommand(program: Command, shell: Shell): Command {
  return onHost(program.command("status"))
    .summary("show how the host is")
    .description("Show how the host is: its version, how long it runs, what it has, and whether its journal is kept.")
    .addHelpText("after", help(["auxctl status", "auxctl status --host lab --json"], LOOK_CODES))
    .action(async (options: CommonOptions) => {
      const status = await (await shell.host(options)).get("/v1/status");
      shell.print(options, { status }, (colors) => statusLines(status, colors));
    });
}

function statusLines(status: Status, colors: Colors): string[] {
  const { host, version, pid, node, uptime, role, suspended, ready, problems, journal } = status;
  const { green, yellow, red } = colors;
  const state = suspended ? yellow("suspended") : ready ? green("running") : yellow("loading modules");
  const kept = `${journal.entries} entries${journal.lost === 0 ? "" : red(`, ${journal.lost} lost`)}`;
  return renderPaintedFields(
    [
      ["host", `${printable(host)} (auxbus ${version}, process ${pid}, Node ${node})`],
      ["state", `${state}, up ${duration(uptime)}`],
      ["you are", role],
      ["devices", String(status.devices)],
      ["drivers", String(status.drivers)],
      ["modules", String(status.modules)],
      [
        "journal",
        journal.state === "ok" ? kept : `${red(`not written: ${printable(journal.reason ?? "?")}`)}; ${kept}`,
      ],
      ["problems", problems.map((problem) => yellow(printable(problem))).join("\n")],
    ],
    colors,
  );
}
