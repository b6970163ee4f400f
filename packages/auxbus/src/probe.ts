import { Binding } from "./binding.ts";
import type { Device } from "./device.ts";
import type { Driver } from "./driver.ts";
import type { Errno } from "./errors.ts";
import { linksDriverBound, linksNoDriver, missingSupplier } from "./links.ts";
import type { Hold } from "./lock.ts";
import { after, isPending, type MaybePromise } from "./maybe-promise.ts";
import { ProbeFailure } from "./probe-failure.ts";
import { emitDeviceUevent } from "./device-uevent.ts";
import { powerForProbe } from "./probe-power.ts";
import { cleanUpBinding, removeFromDriver } from "./unbind.ts";

/**
 * Tries one driver on a device that the caller holds; null when it is bound.
 *
 * Mirrors the kernel's `__driver_probe_device` and `really_probe`: a device that is gone, bound or not ready is
 * refused; suppliers and the parent are runtime-resumed around the probe; managed resources must be empty.
 */
export function probeDevice(
  device: Device,
  driver: Driver,
  id: unknown,
  hold: Hold,
): MaybePromise<ProbeFailure | null> {
  if (device.dead || device.phase !== "added") {
    return final("ENODEV", `${device.name} is not there any more`, device, driver);
  }
  if (device.binding !== null) {
    return final("EBUSY", `${device.name} is bound to ${device.binding.driver.name}; unbind it first`, device, driver);
  }
  if (!device.ready) return final("EPROBE_DEFER", `${device.name} is still being added`, device, driver);
  driver.startProbe();
  const power = powerForProbe(device);
  const result =
    power === null ? probeOnce(device, driver, id, hold) : after(power.on, () => probeOnce(device, driver, id, hold));
  if (!isPending(result)) {
    driver.endProbe();
    power?.off();
    return result;
  }
  return result.then((failure) => {
    driver.endProbe();
    power?.off();
    return failure;
  });
}

function probeOnce(device: Device, driver: Driver, id: unknown, hold: Hold): MaybePromise<ProbeFailure | null> {
  const { core } = device;
  if (core.deferred.blocked) {
    return final("EPROBE_DEFER", "nothing is probed while the system sleeps or shuts down", device, driver);
  }
  const supplier = missingSupplier(device);
  if (supplier !== null) {
    return refused(final("EPROBE_DEFER", `supplier ${supplier.name} not ready`, device, driver), device, driver);
  }
  const refusal = refusalOf(device, driver, id);
  if (refusal !== null) {
    linksNoDriver(device);
    const failure = ProbeFailure.of(refusal, { op: "probe", device: device.name, driver: driver.name });
    return refused(failure, device, driver);
  }
  const leftOver = device.extras?.resources;
  if (leftOver !== null && leftOver !== undefined && leftOver.size > 0) {
    core.log.error(`${device.name}: Resources present before probing`, { device: device.name });
    linksNoDriver(device);
    return final(
      "EBUSY",
      `${device.name} has managed resources of its own; release them before a driver binds`,
      device,
      driver,
    );
  }
  const removeFirst = core.testDriverRemove && driver.definition.suppressBindAttrs !== true;
  const first = callProbe(device, driver, id, hold, !removeFirst);
  return removeFirst ? after(first, (failure) => probeAgain(failure, device, driver, id, hold)) : first;
}

/** What the bus has against this driver; a bus that cannot say it refuses, too. */
function refusalOf(device: Device, driver: Driver, id: unknown): unknown {
  try {
    return device.bus?.refusal(device, driver, id) ?? null;
  } catch (error) {
    return error;
  }
}

/** With `testDriverRemove`: remove what has just been probed and probe it again (the kernel's DEBUG_TEST_DRIVER_REMOVE). */
function probeAgain(
  failure: ProbeFailure | null,
  device: Device,
  driver: Driver,
  id: unknown,
  hold: Hold,
): MaybePromise<ProbeFailure | null> {
  const { binding } = device;
  if (failure !== null || binding === null) return failure;
  binding.startUnbinding();
  return after(removeFromDriver(binding, hold), () =>
    after(cleanUpBinding(binding), () => callProbe(device, driver, id, hold, true)),
  );
}

/** Calls the driver's probe under its deadline and settles the outcome. */
function callProbe(
  device: Device,
  driver: Driver,
  id: unknown,
  hold: Hold,
  announce: boolean,
): MaybePromise<ProbeFailure | null> {
  const { core } = device;
  const binding = new Binding(device, driver);
  device.binding = binding;
  if (core.tracepoints.heard) core.tracepoints.begin(binding);
  device.bus?.notify("bind-driver", device);
  let result: MaybePromise<void>;
  try {
    core.fail("probe");
    result = core.calls.run(hold, () => driver.bus.probe(device, driver, id, binding));
  } catch (error) {
    return probeFailed(binding, error);
  }
  const timely = binding.within("probe", result, driver.definition.probeTimeout ?? core.probeTimeout);
  if (isPending(timely)) {
    return timely.then(
      () => settleProbe(binding, hold, announce),
      (error: unknown) => probeFailed(binding, error),
    );
  }
  return settleProbe(binding, hold, announce);
}

function settleProbe(binding: Binding, hold: Hold, announce: boolean): MaybePromise<ProbeFailure | null> {
  const { device, driver } = binding;
  const { core } = device;
  try {
    if (driver.definition.deviceAttributes !== undefined) {
      core.fail("probe-attributes");
      binding.attributes = new Map(Object.entries(driver.definition.deviceAttributes(device)));
    }
  } catch (error) {
    return after(removeFromDriver(binding, hold), () => probeFailed(binding, error));
  }
  if (!announce) return null;
  binding.state = "bound";
  driver.addDevice(device);
  linksDriverBound(device);
  core.deferred.delete(device);
  core.deferred.trigger();
  device.extras?.attempts?.delete(driver.name);
  device.bus?.notify("bound-driver", device);
  if (core.tracepoints.heard) core.tracepoints.probed(binding, "bound");
  emitDeviceUevent(device, "bind");
  return null;
}

function probeFailed(binding: Binding, thrown: unknown): MaybePromise<ProbeFailure> {
  const { device, driver } = binding;
  const { core } = device;
  const failure = ProbeFailure.of(thrown, { op: "probe", device: device.name, driver: driver.name });
  logFailure(device, driver, failure);
  if (core.tracepoints.heard) core.tracepoints.probed(binding, failure.code, failure.error);
  device.bus?.notify("driver-not-bound", device);
  linksNoDriver(device);
  binding.startUnbinding();
  // A probe that missed its deadline may still be running: what it holds stops working now.
  if (failure.code === "ETIMEDOUT") binding.revoke();
  return after(cleanUpBinding(binding), () => {
    (device.more.attempts ??= new Map()).set(driver.name, {
      code: failure.code,
      reason: failure.error.message,
      time: core.runtime.now(),
    });
    return failure;
  });
}

/** The driver was not even called, which is told all the same: an operator wants to know why it is not bound. */
function refused(failure: ProbeFailure, device: Device, driver: Driver): ProbeFailure {
  const { tracepoints } = device.core;
  if (tracepoints.heard) tracepoints.refused(device, driver, failure.code, failure.error);
  return failure;
}

function logFailure(device: Device, driver: Driver, { code, error }: ProbeFailure): void {
  const details = { device: device.name, driver: driver.name, error };
  const { log } = device.core;
  if (code === "EPROBE_DEFER") log.debug(`${device.name}: Driver ${driver.name} requests probe deferral`, details);
  else if (code === "ENODEV" || code === "ENXIO") {
    log.debug(`${device.name}: probe with driver ${driver.name} rejects match ${code}`, details);
  } else log.error(`${device.name}: probe with driver ${driver.name} failed with error ${code}`, details);
}

function final(code: Errno, reason: string, device: Device, driver: Driver): ProbeFailure {
  return new ProbeFailure(code, reason, true, { op: "probe", device: device.name, driver: driver.name });
}
