import { type Command, InvalidArgumentError } from "commander";
import { type UeventRecord, UEVENT_ACTIONS } from "auxbus";
import { help, onView } from "../host/host-option.ts";
import { Interrupt } from "../interrupt.ts";
import { SCHEMA } from "../schema.ts";
import { printable } from "../printable.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import { timeOfDay } from "../time.ts";
import type { BusView } from "auxbus";
import { glob } from "./glob.ts";
import { renderUevent } from "./render-uevent.ts";

const ACTIONS: readonly string[] = UEVENT_ACTIONS;

interface MonitorOptions extends CommonOptions {
  readonly device?: string;
  readonly action?: readonly string[];
  readonly count?: number;
}

/** `auxctl monitor` */
export function addMonitorCommand(program: Command, shell: Shell): Command {
  return onView(program.command("monitor"))
    .summary("show uevents while they happen")
    .description("Show uevents while they happen, until Ctrl-C.")
    .option("-d, --device <pattern>", "only of devices with this name or path; with * and ?")
    .option("-a, --action <action>", "only add, remove, bind, unbind, change, …; with commas", parseActions)
    .option("-n, --count <n>", "leave after so many", parseCount)
    .addHelpText(
      "after",
      help(["auxctl monitor --action bind,unbind", "auxctl monitor --device 'mlx5_core.*' --json"], MONITOR_CODES),
    )
    .action(async (options: MonitorOptions) => {
      const view = await shell.liveView(options);
      await monitor(view, options, shell);
    });
}

async function monitor(view: BusView, options: MonitorOptions, shell: Shell): Promise<void> {
  const fits = filterOf(options);
  const ending = new AbortController();
  const interrupt = new Interrupt(shell.io, () => ending.abort());
  const { json, count = Infinity } = options;
  let shown = 0;
  try {
    if (json === true) shell.record({ type: "auxctl", schema: SCHEMA });
    const listening = (): void => sayWhere(view, shell);
    for await (const event of view.uevents({ signal: ending.signal, listening })) {
      if (event.action === "overflow") {
        if (json === true) shell.record({ type: "overflow", lost: event.lost });
        else shell.lines([`${event.lost} uevents were lost here`]);
      } else if (fits(event)) {
        if (json === true) shell.record(recordOf(event));
        else shell.lines([renderUevent(event, shell.colors, timeOfDay)]);
        if (++shown >= count) break;
      }
    }
    // Without a count, Ctrl-C is how it ends.
    if (interrupt.exitCode !== null && count !== Infinity) shell.finish(interrupt.exitCode);
  } finally {
    interrupt[Symbol.dispose]();
    ending.abort();
  }
}

/** Of a kernel: who tells of its uevents, which is known when somebody does. */
function sayWhere(view: BusView, { io }: Shell): void {
  if (!("ueventSource" in view)) return;
  const problem = "ueventProblem" in view && typeof view.ueventProblem === "string" ? view.ueventProblem : "";
  const why = problem === "" ? "" : ` (${printable(problem)})`;
  io.err.write(`auxctl: uevents are from ${String(view.ueventSource)}${why}\n`);
}

function recordOf({ seqnum, action, devpath, subsystem, env, time }: UeventRecord): object {
  return { type: "uevent", seqnum, action, devpath, subsystem: subsystem ?? null, env, time };
}

function filterOf({ device, action }: MonitorOptions): (event: UeventRecord) => boolean {
  const matches = device === undefined ? () => true : glob(device.replace(/^\/sys(?=\/)/, ""));
  return (event) =>
    (action === undefined || action.includes(event.action)) &&
    (matches(event.devpath) || matches(event.devpath.slice(event.devpath.lastIndexOf("/") + 1)));
}

function parseActions(words: string): readonly string[] {
  const actions = words.split(",").filter((word) => word !== "");
  const wrong = actions.find((action) => !ACTIONS.includes(action));
  if (wrong === undefined && actions.length > 0) return actions;
  throw new InvalidArgumentError(`It is some of ${ACTIONS.join(", ")}.`);
}

/** @throws {InvalidArgumentError} */
export function parseCount(word: string): number {
  if (/^[1-9]\d{0,8}$/.test(word)) return Number(word);
  throw new InvalidArgumentError("It is a whole number of at least 1.");
}

const MONITOR_CODES = `
JSON records, one a line (schema 1):
  {"type":"auxctl","schema":1}                                       first
  {"type":"uevent","seqnum","action","devpath","subsystem","env":{},"time"}   time in milliseconds since 1970
  {"type":"overflow","lost"}                                         uevents that were not read in time

Exit codes:
  0    ended by Ctrl-C, or after as many as were asked for
  1    the host has gone
  2    the command line is wrong, or no host is running
  130  ended by Ctrl-C before there were as many as were asked for (143: by SIGTERM)`;
