import { BusError, type DeviceSnapshot, type Snapshot } from "auxbus";
import { colorsFor } from "../colors.ts";
import { type DeviceDetails, detailsText } from "../devices/details.ts";
import { interruptsText } from "../devices/interrupts.ts";
import { renderTree, showsUnicode } from "../devices/tree.ts";
import { ExitCode, isUsageError } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { printableJson, printableLines } from "../printable.ts";
import { SCHEMA } from "../schema.ts";
import { version } from "../version.ts";
import { type Look, lookAt } from "./look.ts";
import { helpText, type LsauxOptions, parseOptions } from "./options.ts";

/** Runs the command line `args` and returns what the process should end with. */
export async function lsaux(args: readonly string[], io: Io): Promise<ExitCode> {
  try {
    const options = parseOptions(args);
    const lines = await linesOf(options, io);
    io.out.write(`${lines.join("\n")}\n`);
    return ExitCode.ok;
  } catch (error) {
    const complain = (said: string): void =>
      io.err.write(`${colorsFor(io.err, io.env).red("lsaux:")} ${printableLines(said)}\n`);
    if (isUsageError(error)) {
      complain(`${error.message} (try --help)`);
      return ExitCode.usage;
    }
    if (!(error instanceof BusError)) throw error;
    complain(`${error.reason} (${error.code})`);
    return ExitCode.failed;
  }
}

async function linesOf(options: LsauxOptions, io: Io): Promise<readonly string[]> {
  if (options.help === true) return [helpText()];
  if (options.version === true) return [version()];
  const look = await lookAt(options, options.json === true || options.verbose === true);
  return options.json === true ? [printableJson(recordOf(look), 2)] : rendered(look, options, io);
}

function recordOf({ snapshot, details, why }: Look): object {
  const { seqnum, buses, drivers, links } = snapshot;
  const devices = snapshot.devices.map((device) => ({
    ...device,
    reason: device.reason ?? why.get(device.path) ?? null,
    ...details.get(device.path),
  }));
  return { schema: SCHEMA, seqnum, buses, devices, drivers, links };
}

function rendered({ snapshot, details, why }: Look, { verbose }: LsauxOptions, io: Io): readonly string[] {
  if (snapshot.buses.length === 0) return ["no devices: nothing has loaded the auxiliary bus of this kernel"];
  const registered = new Map([...details].map(([path, found]) => [path, detailsText(found)]));
  const notes = verbose === true ? { notes: notesOf(snapshot, details) } : {};
  const style = { colors: colorsFor(io.out, io.env), unicode: showsUnicode(io.env) };
  return renderTree(snapshot, why, { ...style, registered, ...notes });
}

/** What there is to say below each device. */
function notesOf(
  { devices, links }: Snapshot,
  details: ReadonlyMap<string, DeviceDetails>,
): ReadonlyMap<string, readonly string[]> {
  const ends = new Map<string, string[]>();
  const note = (path: string, text: string): void => {
    const others = ends.get(path);
    if (others === undefined) ends.set(path, [text]);
    else others.push(text);
  };
  for (const { consumer, supplier, state } of links) {
    note(consumer, `supplier ${nameOf(supplier)} (${state})`);
    note(supplier, `consumer ${nameOf(consumer)} (${state})`);
  }
  return new Map(
    devices.map((device) => [device.path, notesOn(device, details.get(device.path), ends.get(device.path))]),
  );
}

function notesOn(
  { bus, modalias, runtimeStatus }: DeviceSnapshot,
  details: DeviceDetails | undefined,
  links: readonly string[] = [],
): readonly string[] {
  if (bus === null) return links;
  const interrupts = details?.interrupts ?? [];
  return [
    ...(modalias === null ? [] : [`alias ${modalias}`]),
    ...(runtimeStatus === "unsupported" || runtimeStatus === "unknown" ? [] : [`runtime PM ${runtimeStatus}`]),
    ...(interrupts.length === 0 ? [] : [`interrupts ${interruptsText(interrupts)}`]),
    ...links,
  ];
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
