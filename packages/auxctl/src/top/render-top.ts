import type { Colors } from "../colors.ts";
import { ms, nameOf } from "../journal/entry.ts";
import { printable } from "../printable.ts";
import { renderTable } from "../table.ts";
import { dateAndTime } from "../time.ts";
import type { Figures, Latency } from "./figures.ts";

/** What is shown of a host. */
export interface TopRecord extends Figures {
  readonly host: string;
  readonly devices: number;
  readonly drivers: number;
  readonly modules: number;
}

/** The figures for people. */
export function renderTop(record: TopRecord, colors: Colors): string[] {
  const { host, devices, drivers, modules, window, rates, latency, slowest, crashes } = record;
  return [
    `${colors.bold(host)}: ${devices} devices, ${drivers} drivers, ${modules} modules; the last ${window} s`,
    "",
    ...renderTable(
      ["", "A SECOND", "COUNT", "P50", "P99", "MAX"],
      [
        ["uevents", rates.uevents],
        ["probes", rates.probes, ...times(latency.probes)],
        ["operations", rates.operations, ...times(latency.operations)],
      ],
      colors,
    ),
    ...(slowest.length === 0
      ? []
      : [
          "",
          ...renderTable(
            ["SLOWEST PROBES", "DRIVER", "TOOK"],
            slowest.map((probe) => [nameOf(probe.device), probe.driver, ms(probe.ms)]),
            colors,
          ),
        ]),
    ...(crashes.length === 0 ? [] : ["", colors.red(`${crashes.length} crashes`)]),
    ...crashes.map(({ time, device, module, why }) =>
      printable(`${dateAndTime(time)} ${module}${device === null ? "" : ` on ${nameOf(device)}`}: ${why}`),
    ),
  ];
}

function times({ count, p50, p99, max }: Latency): (string | number)[] {
  return [count, ...[p50, p99, max].map((time) => (time === null ? "-" : ms(time)))];
}
