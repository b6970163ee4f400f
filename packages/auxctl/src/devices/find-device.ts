import { near } from "@auxbus/control";
import { BusError, type DeviceSnapshot, type Snapshot } from "auxbus";
import { UsageError } from "../exit-code.ts";

/** How many names a message has at most. */
const MOST_NAMES = 8;

/**
 * The device that a person means: by its name, `BUS/NAME`, its path, or how its name begins or ends. Nothing is cut in
 * two for that: `eth.1` is not the end of `eth.11`, nor `core.eth.1` the beginning of `core.eth.10`.
 *
 * @throws {UsageError} several are meant; {BusError} `ENODEV` there is none
 */
export function findDevice({ devices }: Pick<Snapshot, "devices">, word: string): DeviceSnapshot {
  const exact = devicesCalled({ devices }, word);
  const found = exact.length > 0 ? exact : namedInPart({ devices }, word);
  const [first] = word === "" ? [] : found;
  if (first === undefined) throw unknown(devices, word);
  if (found.length > 1) throw ambiguous(word, found);
  return first;
}

/** @param found what it may mean */
export function ambiguous(word: string, found: readonly DeviceSnapshot[]): UsageError {
  return new UsageError(`${word} is ambiguous; there are ${listed(found.map(labelOf))}`);
}

/** Those whose names begin or end so. */
export function namedInPart({ devices }: Pick<Snapshot, "devices">, word: string): readonly DeviceSnapshot[] {
  return devices.filter(({ name }) => isPart(name, word));
}

function isPart(name: string, word: string): boolean {
  return (
    (name.startsWith(word) && isEdge(name, word.length)) ||
    (name.endsWith(word) && isEdge(name, name.length - word.length))
  );
}

/** Whether nothing that belongs together, as a number does, is on both sides of a place. */
function isEdge(name: string, at: number): boolean {
  return !/^\w\w$/.test(name.slice(Math.max(0, at - 1), at + 1));
}

/** Whether `word` is the whole name or the path of a device, which may not be there yet. */
export function isCalled(device: Pick<DeviceSnapshot, "path" | "name" | "bus">, word: string): boolean {
  const { path, name, bus } = device;
  if (name === word) return true;
  if (!word.includes("/")) return false;
  const below = word.replace(/^\/?sys(?=\/)/, "").replace(/^\//, "");
  return (
    path === `/${below}` || (bus !== null && (below === `${bus}/${name}` || below === `bus/${bus}/devices/${name}`))
  );
}

/** Those that are called so, of which there may be one on each bus. */
export function devicesCalled({ devices }: Pick<Snapshot, "devices">, word: string): readonly DeviceSnapshot[] {
  return devices.filter((device) => isCalled(device, word));
}

/** What a device is called without doubt. */
export function labelOf({ path, name, bus }: Pick<DeviceSnapshot, "path" | "name" | "bus">): string {
  return bus === null ? path : `${bus}/${name}`;
}

/** A device that a driver could bind to. */
export type BusDevice = DeviceSnapshot & { readonly bus: string };

/** @throws {BusError} `EINVAL` it is on no bus */
export function onBus(device: DeviceSnapshot): BusDevice {
  const { bus, name } = device;
  if (bus !== null) return { ...device, bus };
  throw new BusError("EINVAL", `${name} is on no bus, so no driver can bind to it`, { device: name });
}

function unknown(devices: readonly DeviceSnapshot[], word: string): BusError {
  const meant = near(word, [...new Set(devices.map(({ name }) => name))]);
  const hint = meant.length === 0 ? "auxctl ls shows what there is" : `did you mean ${meant.join(" or ")}?`;
  return new BusError("ENODEV", `there is no device ${word}; ${hint}`, { device: word });
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
