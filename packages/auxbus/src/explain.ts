import type { Device, DeviceState } from "./device.ts";
import type { Errno } from "./errors.ts";
import type { DeviceLink } from "./links.ts";

/** What one driver has to do with a device. */
export interface DriverVerdict {
  readonly driver: string;
  readonly module: string;
  readonly verdict: "bound" | "probing" | "failed" | "refused" | "deferred" | "not tried";
  /** Of the last failure. */
  readonly code?: Errno;
  /** Why, in a sentence. */
  readonly reason: string;
}

/** Why a device is as it is, as data. */
export interface Explanation {
  readonly device: string;
  readonly path: string;
  readonly state: DeviceState;
  readonly driver: string | null;
  /** The whole in one sentence. */
  readonly summary: string;
  readonly modalias?: string;
  readonly driverOverride: string | null;
  /** The drivers that match, in the order in which they are tried, and others that were tried before. */
  readonly drivers: readonly DriverVerdict[];
  /** What it waits for; null when it does not wait. */
  readonly waitsFor: string | null;
  readonly suppliers: readonly { readonly device: string; readonly state: string }[];
  readonly consumers: readonly { readonly device: string; readonly state: string }[];
  /** Who keeps the object: how many references, and those that gave a name. */
  readonly references: { readonly count: number; readonly holders: Readonly<Record<string, number>> };
}

/** Tells why a device is as it is: which drivers were tried, what each answered, what is waited for. */
export function explain(device: Device): Explanation {
  const { core, bus, extras } = device;
  const drivers = verdicts(device);
  const waitsFor = core.deferred.has(device) ? (extras?.deferredReason ?? "(reason unknown)") : null;
  const links = (set: Iterable<DeviceLink> | null | undefined, end: "supplier" | "consumer") =>
    [...(set ?? [])].map((link) => ({ device: link[end].name, state: link.state }));
  const modalias = device.modalias;
  return {
    device: device.name,
    path: device.path,
    state: device.state,
    driver: device.driver?.name ?? null,
    summary: summary(device, drivers, waitsFor),
    ...(modalias === undefined ? {} : { modalias }),
    driverOverride: bus === null ? null : device.driverOverride,
    drivers,
    waitsFor,
    suppliers: links(extras?.suppliers, "supplier"),
    consumers: links(extras?.consumers, "consumer"),
    references: { count: device.refs, holders: Object.fromEntries(extras?.holders ?? []) },
  };
}

function verdicts(device: Device): DriverVerdict[] {
  const { bus, binding, extras } = device;
  if (bus === null) return [];
  const list: DriverVerdict[] = [];
  const attempts = new Map(extras?.attempts);
  for (const { driver, id } of bus.candidates(device)) {
    const base = { driver: driver.name, module: driver.module.name };
    const attempt = attempts.get(driver.name);
    attempts.delete(driver.name);
    const refusal = bus.refusal(device, driver, id);
    if (binding?.driver === driver) {
      list.push({
        ...base,
        verdict: binding.bound ? "bound" : "probing",
        reason: binding.bound ? "it has the device" : "its probe is running",
      });
    } else if (refusal !== null)
      list.push({ ...base, verdict: "refused", code: refusal.code, reason: refusal.message });
    else if (attempt === undefined) list.push({ ...base, verdict: "not tried", reason: notTried(device) });
    else
      list.push({
        ...base,
        verdict: attempt.code === "EPROBE_DEFER" ? "deferred" : "failed",
        code: attempt.code,
        reason: attempt.reason,
      });
  }
  for (const [driver, attempt] of attempts) {
    list.push({
      driver,
      module: "",
      verdict: "failed",
      code: attempt.code,
      reason: `${attempt.reason} (it is no longer a candidate)`,
    });
  }
  return list;
}

function notTried(device: Device): string {
  if (device.binding !== null) return `${device.binding.driver.name} has the device`;
  if (device.bus?.autoprobe === false) return "autoprobe of the bus is off; rescan or bind by hand";
  if (device.core.deferred.has(device)) return "the device waits for something else first";
  return "nothing has asked since it is unbound; rescan or bind by hand";
}

function summary(device: Device, drivers: readonly DriverVerdict[], waitsFor: string | null): string {
  const { binding, bus } = device;
  if (device.phase !== "added") return `it is ${device.phase === "new" ? "not added yet" : device.phase}`;
  if (bus === null) return "it is on no bus, so no driver can bind";
  if (binding !== null)
    return binding.bound ? `bound to ${binding.driver.name}` : `being probed by ${binding.driver.name}`;
  if (waitsFor !== null) return `deferred: ${waitsFor}`;
  if (device.driverOverride !== null && drivers.length === 0)
    return `only driver ${device.driverOverride} may bind, and it is not registered`;
  const [first] = drivers;
  if (first === undefined)
    return `no registered driver matches${device.modalias === undefined ? "" : ` ${device.modalias}`}`;
  return `unbound: ${first.driver} ${first.verdict} (${first.reason})`;
}
