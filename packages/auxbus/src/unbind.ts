import type { Binding } from "./binding.ts";
import type { Device } from "./device.ts";
import type { Driver } from "./driver.ts";
import { toError } from "./errors.ts";
import { linksBusy, linksDriverCleanup, linksStay, managedLinks } from "./links.ts";
import { type Hold, unlocked, withLock } from "./lock.ts";
import { after, isPending, type MaybePromise } from "./maybe-promise.ts";
import { emitDeviceUevent } from "./device-uevent.ts";
import type { RuntimePm } from "./runtime-pm.ts";

/**
 * Unbinds the driver of a device that the caller holds; nothing when there is none, or when it is not `driver`.
 *
 * The order is the kernel's (`__device_release_driver`): runtime-resume, unbind the consumers, remove, managed
 * resources last in first out, driver data, runtime PM, links, uevent.
 */
export function releaseDriver(device: Device, hold: Hold, driver?: Driver): MaybePromise<void> {
  const { binding } = device;
  if (binding === null || !binding.bound || (driver !== undefined && binding.driver !== driver)) return undefined;
  // From now on: resuming the device may make its parent call into the driver, which would wait for this.
  binding.closing = true;
  if (device.extras === null) return unbindNow(binding, hold, null);
  // It may come into being while consumers leave: only what was resumed is put.
  const { runtimePm } = device.extras;
  return after(runtimePm?.use(), () => {
    if (device.extras?.consumers === null) return unbindNow(binding, hold, runtimePm);
    return after(releaseConsumers(hold, binding, runtimePm), (stillMine) =>
      stillMine ? unbindNow(binding, hold, runtimePm) : undefined,
    );
  });
}

/** Unbinds what depends on the device; false when somebody else changed its driver meanwhile. */
function releaseConsumers(hold: Hold, binding: Binding, runtimePm: RuntimePm | null): MaybePromise<boolean> {
  const { device } = binding;
  if (!linksBusy(device)) return true;
  const stay = (error: unknown): never => {
    // A consumer that cannot be waited for keeps its supplier.
    binding.closing = false;
    linksStay(device);
    runtimePm?.putNoIdle();
    throw error;
  };
  const goOn = (): MaybePromise<boolean> => {
    if (device.binding === binding) return releaseConsumers(hold, binding, runtimePm);
    runtimePm?.putNoIdle();
    return false;
  };
  let released: MaybePromise<void>;
  try {
    released = unlocked(hold, () => unbindConsumers(device));
  } catch (error) {
    return stay(error);
  }
  return isPending(released) ? released.then(goOn, stay) : goOn();
}

function unbindNow(binding: Binding, hold: Hold, runtimePm: RuntimePm | null): MaybePromise<void> {
  const { device } = binding;
  binding.startUnbinding();
  device.bus?.notify("unbind-driver", device);
  const quiet = runtimePm?.unuse();
  const removed = quiet === undefined ? removeTraced(binding, hold) : quiet.then(() => removeTraced(binding, hold));
  const cleaned = isPending(removed) ? removed.then(() => cleanUpBinding(binding)) : cleanUpBinding(binding);
  return isPending(cleaned) ? cleaned.then(() => unbound(binding)) : unbound(binding);
}

function removeTraced(binding: Binding, hold: Hold): MaybePromise<void> {
  const { tracepoints } = binding.device.core;
  if (tracepoints.heard) tracepoints.begin(binding);
  return removeFromDriver(binding, hold);
}

function unbound(binding: Binding): void {
  const { device, driver } = binding;
  const { tracepoints } = device.core;
  linksDriverCleanup(device);
  driver.removeDevice(device);
  device.bus?.notify("unbound-driver", device);
  if (tracepoints.heard) tracepoints.removed(binding);
  emitDeviceUevent(device, "unbind");
}

/** The driver's files go, then its `remove` is called under its deadline. Whatever it does, the device is unbound. */
export function removeFromDriver(binding: Binding, hold: Hold): MaybePromise<void> {
  const { device, driver } = binding;
  const { core } = device;
  binding.attributes = null;
  let result: MaybePromise<void>;
  try {
    result = core.calls.run(hold, () => driver.bus.remove(device, driver));
  } catch (error) {
    return removeFailed(binding, error);
  }
  const timely = binding.within("remove", result, binding.removeTimeout);
  return isPending(timely) ? timely.then(undefined, (error: unknown) => removeFailed(binding, error)) : undefined;
}

function removeFailed(binding: Binding, thrown: unknown): void {
  const { device, driver } = binding;
  const error = toError(thrown);
  device.core.log.error(`${device.name}: remove by ${driver.name} failed, unbinding all the same: ${error.message}`, {
    device: device.name,
    driver: driver.name,
    error,
  });
}

/** Releases what the binding holds and takes it off the device. */
export function cleanUpBinding(binding: Binding): MaybePromise<void> {
  const released = binding.releaseResources();
  return isPending(released) ? released.then(() => clear(binding)) : clear(binding);
}

function clear(binding: Binding): void {
  const { device } = binding;
  binding.revoke();
  device.driverData = undefined;
  device.binding = null;
  device.bus?.unbound(device);
  device.extras?.runtimePm?.reinit();
}

/** Unbinds every consumer that uses the device; waits for one that is being probed or unbound. */
function unbindConsumers(device: Device): MaybePromise<void> {
  for (const link of managedLinks(device.extras?.consumers)) {
    const wasProbing = link.current === "consumer probing";
    if (!wasProbing && link.current !== "active" && !link.consumerLeaving) {
      link.current = "supplier unbinding";
      continue;
    }
    if (!wasProbing) link.current = "supplier unbinding";
    const { consumer } = link;
    const failed = (error: unknown): never => {
      if (!wasProbing) link.current = "active";
      throw error;
    };
    let released: MaybePromise<void>;
    try {
      released = withLock(consumer, "unbind", (hold) => (wasProbing ? undefined : releaseDriver(consumer, hold)));
    } catch (error) {
      return failed(error);
    }
    if (!isPending(released)) {
      // Nobody holds the consumer: whoever was unbinding or probing it has done so.
      link.current = "supplier unbinding";
      link.consumerLeaving = false;
      continue;
    }
    link.consumerLeaving = !wasProbing;
    return released.then(undefined, failed).then(
      () => {
        link.consumerLeaving = false;
        return unbindConsumers(device);
      },
      (error: unknown) => {
        link.consumerLeaving = false;
        throw error;
      },
    );
  }
  return undefined;
}
