import { once } from "node:events";
import {
  BusError,
  type BusView,
  type Explanation,
  isErrno,
  type Snapshot,
  type SnapshotPart,
  SNAPSHOT_PARTS,
  type SysfsEntry,
  type UeventOverflow,
  type UeventRecord,
  type UeventsOptions,
} from "auxbus";
import type { SnapshotFile } from "./format.ts";
import { thrownFor } from "./failure.ts";
import { SnapshotTree } from "./snapshot-tree.ts";

/** The buses as they were when a snapshot was taken. Nothing happens there any more, and nothing can be changed. */
export class SnapshotView implements BusView {
  readonly file: SnapshotFile;
  readonly #name: string;
  readonly #tree: SnapshotTree;

  /** @param name what the file is called in errors */
  constructor(file: SnapshotFile, name: string) {
    this.file = file;
    this.#name = name;
    this.#tree = new SnapshotTree(file);
  }

  async snapshot(parts: readonly SnapshotPart[] = SNAPSHOT_PARTS): Promise<Snapshot> {
    const { seqnum, buses, devices, drivers, links } = this.file.snapshot;
    const only = <T>(part: SnapshotPart, list: readonly T[]): readonly T[] => (parts.includes(part) ? list : []);
    return {
      seqnum,
      buses: only("buses", buses),
      devices: only("devices", devices),
      drivers: only("drivers", drivers),
      links: only("links", links),
    };
  }

  /** None: nothing will happen. Without a signal it ends at once. */
  uevents({ signal, listening }: UeventsOptions = {}): AsyncIterable<UeventRecord | UeventOverflow> {
    const next = async (): Promise<{ readonly done: true; readonly value: undefined }> => {
      listening?.();
      if (signal !== undefined && !signal.aborted) await once(signal, "abort");
      return { done: true, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  async list(path: string): Promise<readonly SysfsEntry[]> {
    return this.#tree.list(path);
  }

  async read(path: string): Promise<string> {
    return this.#tree.read(path);
  }

  async write(path: string): Promise<never> {
    throw this.#readOnly(`write /sys/${path}`, "write");
  }

  async bind(_bus: string, driver: string, device: string): Promise<never> {
    throw this.#readOnly(`bind ${device} to ${driver}`, "bind");
  }

  async unbind(_bus: string, driver: string, device: string): Promise<never> {
    throw this.#readOnly(`unbind ${device} from ${driver}`, "unbind");
  }

  async rescan(_bus: string, device: string): Promise<never> {
    throw this.#readOnly(`rescan ${device}`, "rescan");
  }

  async override(_bus: string, device: string): Promise<never> {
    throw this.#readOnly(`set the override of ${device}`, "override");
  }

  async explain(path: string): Promise<Explanation> {
    const { explanations, failures } = this.file;
    if (Object.hasOwn(explanations, path)) {
      const said = explanations[path];
      if (said !== undefined) return asSaid(said);
    }
    const failure = Object.hasOwn(failures, path) ? failures[path] : undefined;
    if (failure !== undefined) throw thrownFor(failure, "explain");
    throw new BusError("ENODEV", `there is no device ${path} in ${this.#name}`, { op: "explain", device: path });
  }

  /** On which processors an interrupt might run, as `0-3,8`; null when the file does not say. */
  affinity(irq: number): string | null {
    const { affinities } = this.file;
    return (Object.hasOwn(affinities, irq) ? affinities[irq] : undefined) ?? null;
  }

  #readOnly(what: string, op: string): BusError {
    return new BusError("EROFS", `cannot ${what}: ${this.#name} is a snapshot; ask the machine itself`, { op });
  }
}

/** Codes that only others know are no codes here. */
function asSaid({ modalias, drivers, ...said }: SnapshotFile["explanations"][string]): Explanation {
  return {
    ...said,
    ...(modalias === undefined ? {} : { modalias }),
    drivers: drivers.map(({ code, ...verdict }) => (isErrno(code) ? { ...verdict, code } : verdict)),
  };
}
