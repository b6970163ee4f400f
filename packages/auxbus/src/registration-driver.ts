import { attachDriver } from "./attach.ts";
import type { Device } from "./device.ts";
import type { Driver } from "./driver.ts";
import { BusError, type Errno } from "./errors.ts";
import { withLock } from "./lock.ts";
import { after, isPending, type MaybePromise } from "./maybe-promise.ts";
import { releaseDriver } from "./unbind.ts";
import type { UeventAction } from "./uevent.ts";

/**
 * Puts a driver on its bus and tries it on the devices that wait for one: the kernel's `driver_register`.
 * Failing probes are no error of the registration.
 */
export function registerDriver(driver: Driver): MaybePromise<Driver> {
  const { bus } = driver;
  const { core } = bus;
  core.fail("register");
  if (bus.findDriver(driver.name) !== undefined) {
    core.log.error(`Error: Driver '${driver.name}' is already registered, aborting...`, { driver: driver.name });
    throw failure("EBUSY", `bus ${bus.name} has a driver ${driver.name} already`, "register", driver);
  }
  bus.addDriver(driver);
  let attached: MaybePromise<void>;
  try {
    core.fail("register-attach");
    attached = bus.autoprobe ? attachDriver(driver) : undefined;
    core.fail("register-files");
  } catch (error) {
    return undo(driver, error);
  }
  if (!isPending(attached)) return announce(driver);
  return attached.then(
    () => announce(driver),
    (error: unknown) => undo(driver, error),
  );
}

function announce(driver: Driver): Driver {
  const { core } = driver.bus;
  driver.state = "registered";
  driver.bindFiles = driver.definition.suppressBindAttrs !== true;
  emitDriverUevent(driver, "add");
  core.deferred.extend();
  return driver;
}

/** A registration that fails half way leaves nothing behind. */
function undo(driver: Driver, error: unknown): MaybePromise<never> {
  driver.state = "unregistering";
  driver.bus.retireDriver(driver);
  return after(detachAll(driver), () => {
    driver.bus.removeDriver(driver);
    driver.state = "gone";
    throw error;
  });
}

/** Takes a driver off its bus, its devices first, the last bound first: the kernel's `driver_unregister`. */
export function unregisterDriver(driver: Driver): MaybePromise<void> {
  for (let hold = driver.bus.core.calls.current(); hold !== null; hold = hold.parent) {
    if (!hold.live || hold.device.binding?.driver !== driver) continue;
    throw failure(
      "EDEADLK",
      `driver ${driver.name} was unregistered from its own callback on ${hold.device.name}, which it would have to wait for`,
      "unregister",
      driver,
    );
  }
  switch (driver.state) {
    case "registering":
      throw failure(
        "EBUSY",
        `driver ${driver.name} is still being registered; wait for register() first`,
        "unregister",
        driver,
      );
    case "unregistering":
    case "gone":
      throw failure(
        "EINVAL",
        `driver ${driver.name} is not registered any more; unregister it once`,
        "unregister",
        driver,
      );
    case "registered":
      break;
  }
  driver.state = "unregistering";
  driver.bindFiles = false;
  driver.bus.retireDriver(driver);
  const idle = driver.idle();
  const detached = idle === undefined ? detachAll(driver) : idle.then(() => detachAll(driver));
  return isPending(detached) ? detached.then(() => finish(driver)) : finish(driver);
}

function finish(driver: Driver): void {
  driver.bus.removeDriver(driver);
  driver.state = "gone";
  emitDriverUevent(driver, "remove");
}

function detachAll(driver: Driver): MaybePromise<void> {
  for (;;) {
    const device: Device | null = driver.lastDevice;
    if (device === null) return undefined;
    device.get();
    const released = withLock(device, "unbind", (hold) => releaseDriver(device, hold, driver));
    if (isPending(released)) {
      return released.then(() => {
        device.put();
        return detachAll(driver);
      });
    }
    device.put();
  }
}

function failure(code: Errno, message: string, op: string, driver: Driver): BusError {
  return new BusError(code, message, { op, driver: driver.name });
}

function emitDriverUevent(driver: Driver, action: UeventAction): void {
  const { bus } = driver;
  bus.core.uevents.emit(
    action,
    () => `/bus/${bus.name}/drivers/${driver.name}`,
    "drivers",
    () => ({}),
  );
}
