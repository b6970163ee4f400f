import { near } from "@auxbus/control";
import { BusError, type DeviceSnapshot, type Snapshot } from "auxbus";
import { UsageError } from "../exit-code.ts";

/** How many names a message has at most. */
const MOST_NAMES = 8;

/**
 * The device that a person means: by its name, `BUS/NAME`, its path, or how its name begins or ends.
 *
 * @throws {UsageError} several are meant; {BusError} `ENODEV` there is none
 */
export function findDevice({ devices }: Pick<Snapshot, "devices">, word: string): DeviceSnapshot {
  const exact = devices.filter((device) => isCalled(device, word));
  const found = exact.length > 0 ? exact : devices.filter(({ name }) => name.startsWith(word) || name.endsWith(word));
  const [first] = word === "" ? [] : found;
  if (first === undefined) throw unknown(devices, word);
  if (found.length > 1) throw new UsageError(`${word} is ambiguous; there are ${listed(found.map(labelOf))}`);
  return first;
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
