import type { Bus } from "./bus.ts";
import type { Device } from "./device.ts";
import type { Driver } from "./driver.ts";
import { BusError, type Errno } from "./errors.ts";
import { type Hold, withLock } from "./lock.ts";
import { after, eachInTurn, isPending, lastly, type MaybePromise } from "./maybe-promise.ts";
import { probeDevice } from "./probe.ts";
import type { ProbeFailure } from "./probe-failure.ts";
import { powered, poweredParent } from "./probe-power.ts";
import type { RuntimePm } from "./runtime-pm.ts";

/** What a driver answered when it was last tried on a device. */
export interface Attempt {
  readonly code: Errno;
  readonly reason: string;
  /** Milliseconds on the runtime's clock. */
  readonly time: number;
}

/** A driver that matches a device, with what its probe is told about the match. */
export interface Candidate {
  readonly driver: Driver;
  readonly id: unknown;
}

/**
 * Tries a driver, and puts the device on the deferred list when the answer is "not yet".
 *
 * A trigger that came while the probe was running would be lost, for the device was not on the list then: its
 * count has changed, so trigger again.
 */
function probeOrDefer(device: Device, { driver, id }: Candidate, hold: Hold): MaybePromise<ProbeFailure | null> {
  const { deferred } = device.core;
  const triggers = deferred.triggers;
  const result = probeDevice(device, driver, id, hold);
  if (result === null) return null;
  return after(result, (failure) => {
    if (failure?.code === "EPROBE_DEFER") {
      deferred.add(device, failure.reason);
      if (triggers !== deferred.triggers && !deferred.blocked) deferred.retry();
    }
    return failure;
  });
}

/**
 * Tries the matching drivers in the order of their registration until one has the device (`device_attach`).
 *
 * @param mayAsync leave the drivers that ask for it to probe asynchronously; otherwise all are tried now
 * @returns why no driver could be tried, if that is so for all of them
 */
export function attachDevice(device: Device, mayAsync: boolean): MaybePromise<ProbeFailure | null> {
  const { bus } = device;
  if (bus === null || (bus.idle(device) && poweredParent(device) === null && powered(device) === null)) return null;
  const result = withLock(device, "attach", mayAsync ? trySynchronous : tryAll);
  if (!mayAsync || bus.asyncDrivers === 0) return result;
  return after(result, (failure) => {
    const later =
      failure === null && device.binding === null && bus.candidates(device).some(({ driver }) => driver.probesAsync);
    if (later) device.core.work.schedule(() => after(withLock(device, "attach", tryAsynchronous), () => undefined));
    return failure;
  });
}

const tryAll = (hold: Hold): MaybePromise<ProbeFailure | null> => tryDrivers(hold, null);
const trySynchronous = (hold: Hold): MaybePromise<ProbeFailure | null> => tryDrivers(hold, false);
const tryAsynchronous = (hold: Hold): MaybePromise<ProbeFailure | null> => tryDrivers(hold, true);

function tryDrivers(hold: Hold, async: boolean | null): MaybePromise<ProbeFailure | null> {
  const { device } = hold;
  const { bus } = device;
  if (device.dead || device.binding !== null || bus === null) return null;
  const [parent, own] = [poweredParent(device), powered(device)];
  if (parent === null && own === null) return tryInTurn(device, bus.candidates(device), hold, async);
  return tryPowered(parent, own, () => tryInTurn(device, bus.candidates(device), hold, async));
}

/** Keeps the parent active while drivers are looked for, even if none is found; then the device may be idle. */
function tryPowered(
  parent: RuntimePm | null,
  own: RuntimePm | null,
  tryAll: () => MaybePromise<ProbeFailure | null>,
): MaybePromise<ProbeFailure | null> {
  const off = (): void => {
    own?.idleSoon();
    parent?.put();
  };
  return after(parent?.use(), () => lastly(tryAll, off));
}

/** @param async only drivers that probe asynchronously (true), only others (false), or all (null) */
function tryInTurn(
  device: Device,
  candidates: readonly Candidate[],
  hold: Hold,
  async: boolean | null,
): MaybePromise<ProbeFailure | null> {
  for (let i = 0; i < candidates.length; i++) {
    const candidate = candidates[i];
    if (candidate === undefined || !candidate.driver.admits) continue;
    if (async !== null && candidate.driver.probesAsync !== async) continue;
    const result = probeOrDefer(device, candidate, hold);
    if (isPending(result)) {
      return result.then((failure) => {
        if (failure === null || failure.final) return failure;
        return tryInTurn(device, candidates.slice(i + 1), hold, async);
      });
    }
    if (result === null || result.final) return result;
  }
  return null;
}

/** Tries a new driver on every device of its bus that it matches and that has none (`driver_attach`). */
export function attachDriver(driver: Driver): MaybePromise<void> {
  return eachInTurn(driver.bus.matchingDevices(driver)[Symbol.iterator](), ({ device, id }) => {
    if (!driver.admits) return false;
    if (driver.probesAsync) return scheduleProbe(device, { driver, id });
    if (device.dead) return undefined;
    const result = withLock(device, "attach", (hold) => probeOrDefer(device, { driver, id }, hold));
    return isPending(result) ? result.then(() => undefined) : undefined;
  });
}

/** A device that matches a driver. */
export interface Match<D extends Device = Device> {
  readonly device: D;
  readonly id: unknown;
}

function scheduleProbe(device: Device, candidate: Candidate): MaybePromise<void> {
  const { driver } = candidate;
  const reserved = withLock(device, "attach", () => {
    if (device.binding !== null || device.extras?.asyncDriver != null) return false;
    device.more.asyncDriver = driver;
    driver.startProbe();
    return true;
  });
  // Not before the device is free: the work may begin at once.
  return after(reserved, (mine) => {
    if (!mine) return;
    device.core.work.schedule(() =>
      after(
        withLock(device, "attach", (hold) => {
          device.more.asyncDriver = null;
          return device.dead ? null : probeOrDefer(device, candidate, hold);
        }),
        () => driver.endProbe(),
      ),
    );
  });
}

/**
 * Binds by hand (a write to the driver's `bind` file): only this driver is tried, and its error is the answer.
 * A deferral answers `EAGAIN` and does not put the device on the deferred list.
 */
export function bindByHand(bus: Bus, driver: Driver, device: Device): MaybePromise<void> {
  const noMatch = (): BusError =>
    new BusError("ENODEV", `driver ${driver.name} does not match ${device.name}; see explain() for what does`, {
      op: "bind",
      device: device.name,
      driver: driver.name,
    });
  const candidate = bus.candidates(device).find((c) => c.driver === driver);
  if (candidate === undefined) throw noMatch();
  return after(
    withLock(device, "bind", (hold) => probeDevice(device, driver, candidate.id, hold)),
    (failure) => {
      if (failure === null) return;
      const code = failure.code === "EPROBE_DEFER" ? "EAGAIN" : failure.code;
      throw new BusError(code, failure.reason, {
        op: "bind",
        device: device.name,
        driver: driver.name,
        cause: failure.error,
      });
    },
  );
}
