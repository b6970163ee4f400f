import { mask, type SnapshotFile, textOf, writeSnapshot } from "@auxbus/snapshot";
import { plural } from "../devices/tree.ts";
import { UsageError } from "../exit-code.ts";
import { Interrupt } from "../interrupt.ts";
import type { Shell } from "../shell.ts";
import { gatherFrom } from "./gather-from.ts";
import { Progress } from "./progress.ts";
import type { SnapshotOptions } from "./snapshot-command.ts";

/** Takes a snapshot and writes it whole, or nothing when Ctrl-C comes. */
export async function takeSnapshot(given: string | undefined, options: SnapshotOptions, shell: Shell): Promise<void> {
  const { io } = shell;
  if (given === "-" && options.json === true) throw new UsageError("--json is about a file; - prints the snapshot");
  if (options.hide !== undefined && options.mask !== true) throw new UsageError("--hide goes with --mask");
  const ending = new AbortController();
  const interrupt = new Interrupt(io, () => ending.abort());
  const progress = new Progress(io, "devices are read");
  try {
    const all = await gatherFrom(options, shell, {
      progress: (done, of) => progress.at(done, of),
      signal: ending.signal,
    });
    progress.end();
    const { file, kept } = options.mask === true ? mask(all, { names: options.hide }) : { file: all, kept: [] };
    ending.signal.throwIfAborted();
    if (options.mask === true && all.machine === "") {
      shell.complain("the name of the machine is not known, and could not be masked; name it with --hide NAME");
    }
    if (kept.length > 0) {
      shell.complain(`${kept.join(", ")} could not be masked: drivers or attributes are called so, too`);
    }
    if (given === "-") {
      for (const piece of textOf(file)) io.out.write(piece);
      return;
    }
    const name = given ?? defaultName(io.now());
    await writeSnapshot(file, shell.path(name), ending.signal);
    tell(file, name, options, shell);
  } catch (error) {
    progress.end();
    if (interrupt.exitCode === null) throw error;
    shell.complain("nothing was written");
    shell.finish(interrupt.exitCode);
  } finally {
    interrupt[Symbol.dispose]();
  }
}

function tell(
  { snapshot, failures, masked }: SnapshotFile,
  name: string,
  options: SnapshotOptions,
  shell: Shell,
): void {
  const lost = Object.keys(failures).length;
  const counts = { devices: snapshot.devices.length, drivers: snapshot.drivers.length, failures: lost };
  shell.print(options, { file: shell.path(name), masked, ...counts }, () => [
    `${name}: ${plural(counts.devices, "device")}, ${plural(counts.drivers, "driver")}${masked ? ", masked" : ""}` +
      (lost === 0 ? "" : `; ${plural(lost, "part")} could not be read, and the file says why`),
  ]);
}

function defaultName(now: number): string {
  const date = new Date(now);
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `auxbus-${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}.json.gz`;
}
