import { attachDevice } from "./attach.ts";
import { inTime } from "./deadline.ts";
import type { Device } from "./device.ts";
import { emitDeviceUevent } from "./device-uevent.ts";
import { BusError, type Errno } from "./errors.ts";
import { purgeLinks } from "./links.ts";
import { type Hold, withLock } from "./lock.ts";
import { isPending, type MaybePromise } from "./maybe-promise.ts";
import { releaseDriver } from "./unbind.ts";

/** Adds a device and tries the drivers of its bus on it: the kernel's `device_add`. */
export function addDevice(device: Device): MaybePromise<void> {
  const { core, bus, parent } = device;
  refuseAdd(device);
  core.fail("add-kobject");
  const sibling = core.childNamed(parent, device.nodeName) ?? sameOfClass(device);
  if (sibling !== undefined) {
    core.log.error(`sysfs: cannot create duplicate filename '${device.path}'`, { device: device.name });
    throw failure("EEXIST", `${device.path} exists already; names are unique in their parent`, "add", device);
  }
  try {
    core.fail("add-attributes");
    core.fail("add-bus");
    if (bus?.nameTaken(device.name) === true) {
      core.log.error(`sysfs: cannot create duplicate filename '/bus/${bus.name}/devices/${device.name}'`, {
        device: device.name,
      });
      throw failure("EEXIST", `bus ${bus.name} has a device ${device.name} already; take another id`, "add", device);
    }
    core.fail("add-power");
  } catch (error) {
    // The folder was there for a moment, so it is announced that it has gone.
    emitDeviceUevent(device, "remove");
    throw error;
  }
  device.phase = "added";
  device.powerOrder = core.nextPowerOrder();
  if (parent === null) core.addRoot(device);
  else {
    parent.refs++;
    addChild(parent, device);
    if (bus === null) core.addPlainChild(parent, device);
  }
  core.addToClass(device);
  bus?.addDevice(device);
  bus?.notify("add-device", device);
  emitDeviceUevent(device, "add");
  device.ready = true;
  if (bus === null || !bus.autoprobe) return undefined;
  return attachNew(device);
}

function attachNew(device: Device): MaybePromise<void> {
  device.adding = true;
  let result: MaybePromise<unknown>;
  try {
    result = attachDevice(device, true);
  } catch (error) {
    device.adding = false;
    throw error;
  }
  if (isPending(result)) return attachingNew(device, result);
  device.adding = false;
  return undefined;
}

function attachingNew(device: Device, attaching: PromiseLike<unknown>): PromiseLike<void> {
  const added = (): void => {
    device.adding = false;
  };
  return attaching.then(added, (error: unknown) => {
    added();
    throw error;
  });
}

function sameOfClass({ core, class: kind, name }: Device): Device | undefined {
  return kind === null ? undefined : core.findOfClass(kind, name);
}

function refuseAdd(device: Device): void {
  const { parent } = device;
  if (device.name === "") throw failure("EINVAL", "a device needs a name", "add", device);
  switch (device.phase) {
    case "new":
      break;
    case "added":
    case "deleting":
      throw failure("EEXIST", `${device.name} is added already; add a device once`, "add", device);
    case "deleted":
      if (device.core.readd === "as-linux") break;
      throw failure("EINVAL", `${device.name} was deleted; it cannot come back, make a new device`, "add", device);
    case "released":
      throw failure("EINVAL", `${device.name} was released; make a new device`, "add", device);
  }
  if (parent === null) return;
  if (parent.phase === "new")
    throw failure("ENOENT", `its parent ${parent.name} is not added; add it first`, "add", device);
  if (parent.phase !== "added") throw failure("ENODEV", `its parent ${parent.name} is gone`, "add", device);
}

function addChild(parent: Device, child: Device): void {
  child.previousSibling = parent.lastChild;
  if (parent.lastChild === null) parent.firstChild = child;
  else parent.lastChild.nextSibling = child;
  parent.lastChild = child;
}

function removeChild(parent: Device, child: Device): void {
  const { previousSibling: previous, nextSibling: next } = child;
  if (previous === null) parent.firstChild = next;
  else previous.nextSibling = next;
  if (next === null) parent.lastChild = previous;
  else next.previousSibling = previous;
  child.previousSibling = null;
  child.nextSibling = null;
}

/**
 * Unbinds and takes away a device: the kernel's `device_del`. Where the kernel would leave children on a device
 * that is gone, this refuses, and the device stays.
 */
export function deleteDevice(device: Device): MaybePromise<void> {
  return withLock(device, "delete", deleteHeld);
}

function deleteHeld(hold: Hold): MaybePromise<void> {
  const { device } = hold;
  if (device.phase === "new") throw failure("ENODEV", `${device.name} was never added`, "delete", device);
  if (device.phase !== "added") {
    throw failure("ENODEV", `${device.name} was deleted already; delete it once`, "delete", device);
  }
  if (device.binding === null) refuseWithChildren(device);
  device.dead = true;
  device.phase = "deleting";
  device.bus?.notify("delete-device", device);
  const released = releaseDriver(device, hold);
  return isPending(released) ? released.then(() => takeAway(device)) : takeAway(device);
}

function refuseWithChildren(device: Device): void {
  if (device.firstChild === null) return;
  const names = [...device.children()].slice(0, 3).map((child) => child.name);
  throw failure(
    "EBUSY",
    `${device.name} has children (${names.join(", ")}${names.length < 3 ? "" : ", …"}); delete them first`,
    "delete",
    device,
  );
}

function takeAway(device: Device): MaybePromise<void> {
  const { core, bus } = device;
  if (device.firstChild !== null) {
    // A driver may take its children with it in its remove. This one did not.
    device.dead = false;
    device.phase = "added";
    refuseWithChildren(device);
  }
  bus?.removeDevice(device);
  core.removeFromClass(device);
  const stopped = device.extras?.runtimePm?.removeToDelete();
  return stopped === undefined ? purge(device) : stopped.then(() => purge(device));
}

function purge(device: Device): MaybePromise<void> {
  const { core } = device;
  core.deferred.delete(device);
  purgeLinks(device);
  const released = device.extras?.resources?.release(
    (result) =>
      inTime(core.runtime, result, core.removeTimeout, () =>
        failure("ETIMEDOUT", `it took longer than ${core.removeTimeout} ms`, "release", device),
      ),
    (error) =>
      core.log.error(`${device.name}: releasing a managed resource failed: ${error.message}`, {
        device: device.name,
        error,
      }),
  );
  return isPending(released) ? released.then(() => gone(device)) : gone(device);
}

function gone(device: Device): void {
  const { bus, core, parent } = device;
  bus?.notify("removed-device", device);
  emitDeviceUevent(device, "remove");
  device.phase = "deleted";
  device.ready = false;
  if (parent === null) {
    core.removeRoot(device);
    return;
  }
  removeChild(parent, device);
  if (bus === null) core.removePlainChild(parent, device);
  parent.dropRef();
}

function failure(code: Errno, message: string, op: string, device: Device): BusError {
  return new BusError(code, message, { op, device: device.name });
}
