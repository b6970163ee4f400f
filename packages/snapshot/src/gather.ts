import { BusError, type BusView, type DeviceSnapshot, type Snapshot } from "auxbus";
import { affinitiesOf } from "./affinities.ts";
import { failureOf } from "./failure.ts";
import { FORMAT, type Failure, inOneLine, type SnapshotFile, type SnapshotFolder, VERSION } from "./format.ts";
import { type Gathered, gatherFolder } from "./gather-folder.ts";
import { Turns } from "./turns.ts";

export interface GatherOptions {
  /** What takes the snapshot, with its version. */
  readonly tool: string;
  /** Whose view it is. */
  readonly source: string;
  /** The name of the machine that it is taken on. */
  readonly machine: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Hears how many devices have been read. */
  readonly progress?: ((done: number, all: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How many devices are read at the same time. */
const AT_ONCE = 8;

/** Characters of a snapshot at most: what is opened elsewhere has to fit there. */
const MOST = 256 * 1024 * 1024;

/**
 * Reads all that a view shows. What cannot be read is told of, and does not keep the rest from being read.
 *
 * @throws {BusError} `EMSGSIZE` it is too much; what the signal was aborted with; what keeps the view from answering
 */
export async function gather(view: BusView, options: GatherOptions): Promise<SnapshotFile> {
  const { tool, source, machine, time, progress, signal } = options;
  const lists = await view.snapshot();
  const gathered = new Everything(new Turns(signal));
  const paths = new Set(lists.devices.map((device) => device.path.slice(1)));
  let done = 0;
  await inParallel(lists.devices, async (device) => {
    // Those that are on no bus are only ways to others: all of a machine is below `pci0000:00`.
    const others = device.bus !== null;
    await gatherFolder(view, device.path.slice(1), gathered, { isApart: (path) => paths.has(path), others });
    await explain(view, device, gathered);
    progress?.(++done, lists.devices.length);
  });
  for (const { name } of lists.buses) {
    // Its devices and drivers are read by themselves.
    await gatherFolder(view, `bus/${name}`, gathered, { isApart: () => true });
  }
  await inParallel(lists.drivers, ({ bus, name }) =>
    gatherFolder(view, `bus/${bus}/drivers/${name}`, gathered, { isApart: () => true }),
  );
  for (const module of new Set(lists.drivers.map((driver) => driver.module))) {
    await gatherModule(view, module, gathered);
  }
  const sysfs = Object.fromEntries(gathered.sysfs);
  return {
    format: FORMAT,
    version: VERSION,
    time,
    tool,
    source,
    machine,
    masked: false,
    snapshot: plain(lists),
    explanations: Object.fromEntries(gathered.explanations),
    sysfs,
    affinities: affinitiesOf(view, sysfs),
    failures: Object.fromEntries(gathered.failures),
  };
}

/** Versions and parameters of a module, which is not there when it is part of the kernel. */
async function gatherModule(view: BusView, module: string, gathered: Everything): Promise<void> {
  const path = `module/${module}`;
  const there = module !== "" && (await view.list("module")).some(({ name }) => name === module);
  // Where it lies in memory is nobody's business.
  if (there) await gatherFolder(view, path, gathered, { isApart: (below) => /\/(sections|notes)$/.test(below) });
}

class Everything implements Gathered {
  readonly sysfs: Map<string, SnapshotFolder> = new Map();
  readonly failures: Map<string, Failure> = new Map();
  readonly explanations: Map<string, SnapshotFile["explanations"][string]> = new Map();
  readonly turns: Turns;
  #characters = 0;

  constructor(turns: Turns) {
    this.turns = turns;
  }

  count(characters: number): void {
    this.#characters += characters;
    if (this.#characters <= MOST) return;
    throw new BusError("EMSGSIZE", `a snapshot has at most ${MOST} characters, and this view has more`, {
      op: "snapshot",
    });
  }
}

async function explain(view: BusView, { path }: DeviceSnapshot, into: Everything): Promise<void> {
  try {
    const said = await view.explain(path);
    const { summary, waitsFor, drivers } = said;
    into.explanations.set(path, {
      ...said,
      summary: inOneLine(summary),
      waitsFor: waitsFor === null ? null : inOneLine(waitsFor),
      drivers: drivers.map((verdict) => ({ ...verdict, reason: inOneLine(verdict.reason) })),
    });
  } catch (error) {
    into.failures.set(path, failureOf(error));
  }
}

/** Only what a file has: a host tells more, and later ones may, too. */
function plain({ seqnum, buses, devices, drivers, links }: Snapshot): SnapshotFile["snapshot"] {
  return {
    seqnum,
    buses: buses.map(({ name, autoprobe }) => ({ name, autoprobe })),
    devices: devices.map(
      ({ path, name, parent, bus, driver, module, state, reason, modalias, version, runtimeStatus }) => ({
        ...{ path, name, parent, bus, driver, module, state, modalias, version, runtimeStatus },
        reason: reason === null ? null : inOneLine(reason),
      }),
    ),
    drivers: drivers.map(({ bus, name, module, devices: bound }) => ({ bus, name, module, devices: [...bound] })),
    links: links.map(({ consumer, supplier, state }) => ({ consumer, supplier, state })),
  };
}

async function inParallel<T>(items: readonly T[], fn: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const item of left) await fn(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
