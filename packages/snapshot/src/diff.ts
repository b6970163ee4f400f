import type { BusSnapshot, DeviceSnapshot, DriverSnapshot, LinkSnapshot } from "auxbus";
import { attributesOf } from "./diff-attributes.ts";
import type { SnapshotFile } from "./format.ts";

/** Something that had one value and has another. Null: it was not there, or is no longer. */
export interface Change {
  readonly what: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface Changed<T> {
  readonly before: T;
  readonly after: T;
  readonly changes: readonly Change[];
}

export interface ListDiff<T> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
  readonly changed: readonly Changed<T>[];
}

/** What has changed from one snapshot to another. */
export interface SnapshotDiff {
  readonly equal: boolean;
  readonly buses: ListDiff<BusSnapshot>;
  readonly devices: ListDiff<DeviceSnapshot>;
  readonly drivers: ListDiff<DriverSnapshot>;
  readonly links: ListDiff<LinkSnapshot>;
  /** Of what is in both; `what` is a path below `/sys`. */
  readonly attributes: readonly Change[];
}

export interface DiffOptions {
  /** Counters, times and what else changes by itself, too. */
  readonly all?: boolean | undefined;
}

/** Compares two snapshots. Devices are the same when they have the same path. */
export function diffSnapshots(
  before: SnapshotFile,
  after: SnapshotFile,
  { all = false }: DiffOptions = {},
): SnapshotDiff {
  const [old, now] = [before.snapshot, after.snapshot];
  const buses = diffLists(
    [old.buses, now.buses],
    ({ name }) => name,
    ({ autoprobe }) => ({ autoprobe: String(autoprobe) }),
  );
  const whys = new Map([
    [old.devices, before],
    [now.devices, after],
  ]);
  const devices = diffLists(
    [old.devices, now.devices],
    ({ path }) => path,
    (device, list) => deviceFields(device, whys.get(list), all),
  );
  const drivers = diffLists(
    [old.drivers, now.drivers],
    ({ bus, name }) => `${bus}/${name}`,
    ({ module }) => ({ module }),
  );
  const links = diffLists(
    [old.links, now.links],
    ({ consumer, supplier }) => `${consumer} ${supplier}`,
    ({ state }) => ({ state }),
  );
  const attributes = changesOf(attributesOf(before, after, all), attributesOf(after, before, all));
  const equal = [buses, devices, drivers, links].every(isEqual) && attributes.length === 0;
  return { equal, buses, devices, drivers, links, attributes };
}

/** What of a device is compared; whether it sleeps, which changes by itself, only with all. */
function deviceFields(device: DeviceSnapshot, file: SnapshotFile | undefined, all: boolean): Fields {
  const { bus, driver, module, state, reason, modalias, version, runtimeStatus, path } = device;
  const explanations = file?.explanations ?? {};
  // Of a bound device the driver says it, of a deferred one the reason.
  const said = driver === null && bus !== null && Object.hasOwn(explanations, path) ? explanations[path] : undefined;
  const why = reason ?? said?.summary ?? null;
  const status = all ? { "runtime status": runtimeStatus } : {};
  return { bus, driver, module, state, why, modalias, version, ...status };
}

type Fields = Readonly<Record<string, string | null>>;

function diffLists<T>(
  [old, now]: readonly [readonly T[], readonly T[]],
  keyOf: (item: T) => string,
  fieldsOf: (item: T, list: readonly T[]) => Fields,
): ListDiff<T> {
  const had = new Map(old.map((item) => [keyOf(item), item]));
  const has = new Set(now.map((item) => keyOf(item)));
  const changed = now.flatMap((item) => {
    const other = had.get(keyOf(item));
    if (other === undefined) return [];
    const fields = [fieldsOf(other, old), fieldsOf(item, now)] as const;
    const changes = changesOf(new Map(Object.entries(fields[0])), new Map(Object.entries(fields[1])));
    return changes.length === 0 ? [] : [{ before: other, after: item, changes }];
  });
  return {
    added: now.filter((item) => !had.has(keyOf(item))),
    removed: old.filter((item) => !has.has(keyOf(item))),
    changed,
  };
}

function changesOf(old: ReadonlyMap<string, string | null>, now: ReadonlyMap<string, string | null>): Change[] {
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((what) => ({ what, before: old.get(what) ?? null, after: now.get(what) ?? null }))
    .filter(({ before, after }) => before !== after);
}

function isEqual({ added, removed, changed }: ListDiff<unknown>): boolean {
  return added.length === 0 && removed.length === 0 && changed.length === 0;
}
