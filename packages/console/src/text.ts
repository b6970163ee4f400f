import type { Entry } from "./api.ts";

/** What an entry says, in a line. */
export function textOf(entry: Entry): string {
  switch (entry.kind) {
    case "uevent":
      return isOfDevice(entry) ? entry.data.action : `${entry.data.action} ${entry.device ?? entry.data.devpath}`;
    case "probe": {
      const { result, message, ms } = entry.data;
      const took = ms >= 0.1 ? ` in ${duration(ms)}` : "";
      return result === "bound" ? `bound${took}` : `probe: ${result}${took}${message === null ? "" : `, ${message}`}`;
    }
    case "remove":
      return `removed in ${duration(entry.data.ms)}`;
    case "pm":
      return entry.device === null ? `system ${entry.data.status}` : `power ${entry.data.status}`;
    case "crash":
      return `${entry.data.host} has crashed: ${entry.data.why}${entry.data.parked ? "; parked" : ""}`;
    case "operation": {
      const { op, args, result, message, who } = entry.data;
      const given = Object.entries(args).map(
        ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
      );
      return `${[op, ...given].join(" ")} → ${result === "ok" ? "ok" : `${result}: ${message ?? ""}`} (${who})`;
    }
    case "module":
      return `module ${entry.data.module} ${entry.data.version} ${entry.data.change}`;
    case "log":
      return entry.data.message;
    case "host":
      return `host ${entry.data.event}, version ${entry.data.version}${entry.data.message === undefined ? "" : `: ${entry.data.message}`}`;
    case "gap":
      return `${entry.data.lost} entries were lost: ${entry.data.why}`;
  }
}

/** Whether it is about a device, which is shown beside it, and not about a driver, a module or a bus. */
export function isOfDevice({ device }: Entry): boolean {
  return device?.startsWith("/devices/") === true;
}

/** How bad it is. */
export function levelOf(entry: Entry): "info" | "warn" | "error" {
  if (entry.kind === "log") return entry.data.level;
  if (entry.kind === "crash" || entry.kind === "gap") return "error";
  if (entry.kind === "operation" && entry.data.result !== "ok") return "warn";
  if (entry.kind === "probe" && entry.data.result !== "bound")
    return entry.data.result === "EPROBE_DEFER" ? "info" : "warn";
  return "info";
}

export function duration(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 120) return `${s < 10 ? s.toFixed(1) : Math.round(s)} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
const DATE = new Intl.DateTimeFormat("en-CA");

export function clock(time: number): string {
  return CLOCK.format(time);
}

/** With the day, when it is not today. */
export function moment(time: number): string {
  const day = DATE.format(time);
  return day === DATE.format(Date.now()) ? clock(time) : `${day} ${clock(time)}`;
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A few names, and that there are more. */
export function few(names: readonly string[], most = 5): string {
  return `${names.slice(0, most).join(", ")}${names.length > most ? ` and ${names.length - most} more` : ""}`;
}

/** How many there are of something, as it is said. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
