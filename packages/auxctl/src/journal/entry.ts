import type { components } from "@auxbus/host/client";
import type { Colors } from "../colors.ts";
import { printable } from "../printable.ts";
import { dateAndTime } from "../time.ts";

/** What the journal keeps. */
export type Entry = components["schemas"]["Entry"];

const WIDEST_KIND = 9;

/** An entry in a line: when, what kind, of what, and what. */
export function renderEntry(entry: Entry, colors: Colors): string {
  const { time, kind, device, driver } = entry;
  const subject = [device === null ? "" : nameOf(device), driver ?? ""].filter((word) => word !== "").join(" ");
  const kindText = paintKind(entry, kind.padEnd(WIDEST_KIND), colors);
  return [
    colors.dim(dateAndTime(time)),
    kindText,
    ...(subject === "" ? [] : [`${colors.bold(printable(subject))}:`]),
    printable(tell(entry)),
  ]
    .join(" ")
    .trimEnd();
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** What has happened, in words. */
function tell(entry: Entry): string {
  switch (entry.kind) {
    case "uevent":
      return entry.device === null ? `${entry.data.action} ${entry.data.devpath}` : entry.data.action;
    case "probe":
    case "operation":
      return `${entry.kind === "operation" ? operation(entry.data) : ""}${outcome(entry.data)} (${ms(entry.data.ms)})`;
    case "remove":
      return `unbound (${ms(entry.data.ms)})`;
    case "pm":
      return entry.data.status;
    case "crash":
      return `${entry.data.module} crashed in ${entry.data.host}: ${entry.data.why}${entry.data.parked ? "; parked" : ""}`;
    case "module":
      return `${entry.data.module} ${entry.data.version} ${entry.data.change}`;
    case "log":
      return entry.data.message;
    case "host":
      return `${entry.data.event} of ${entry.data.version}, process ${entry.data.pid}${entry.data.message === undefined ? "" : `: ${entry.data.message}`}`;
    case "gap":
      return `${entry.data.lost} entries could not be written: ${entry.data.why}`;
  }
}

function operation({ who, op, args }: Extract<Entry, { kind: "operation" }>["data"]): string {
  const words = Object.values(args).map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  return `${who}: ${[op, ...words].join(" ")}: `;
}

function outcome({ result, message }: { readonly result: string; readonly message: string | null }): string {
  return message === null ? result : `${result}: ${message}`;
}

export function ms(time: number): string {
  return `${time < 10 ? time.toFixed(2) : time.toFixed(0)} ms`;
}

function paintKind(entry: Entry, text: string, { red, yellow, green, cyan, dim }: Colors): string {
  switch (entry.kind) {
    case "crash":
    case "gap":
      return red(text);
    case "probe":
    case "operation":
      return ["bound", "ok"].includes(entry.data.result) ? green(text) : yellow(text);
    case "log":
      return entry.data.level === "error" ? red(text) : entry.data.level === "warn" ? yellow(text) : dim(text);
    case "uevent":
    case "module":
    case "host":
    case "pm":
    case "remove":
      return cyan(text);
  }
}
