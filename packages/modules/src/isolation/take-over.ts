import { type AuxiliaryDevice, BusError, errnoOf } from "auxbus";
import { handoverOf, takeOverFailure } from "../handover.ts";
import type { HostedModule, Offer } from "./hosted-module.ts";
import type { IsolatedDriver } from "./isolated-driver.ts";

/** Something done that can be taken back. */
type Undo = () => Promise<void>;

/**
 * Hands the drivers of one version of a module over to another, driver by driver and device by device.
 *
 * @returns the names of the devices that were bound before and are bound again
 * @throws {BusError} what the new version has failed with; everything is as before then
 */
export async function takeOver(old: HostedModule, next: HostedModule): Promise<string[]> {
  const undo: Undo[] = [];
  const moved: string[] = [];
  try {
    for (const [name, driver] of old.drivers) {
      const offer = next.offers.get(name);
      if (offer === undefined) continue;
      const devices = driver.canBecome(offer.description)
        ? await become(driver, offer, undo)
        : await replace(old, next, driver, offer, undo);
      moved.push(...devices.map((device) => device.name));
    }
    await addNew(old, next, undo);
  } catch (error) {
    for (const step of undo.toReversed()) await step();
    throw error;
  }
  await dropOld(old, next);
  old.retired = true;
  next.takeCharge();
  return moved;
}

/** The driver stays on the bus: each device goes to the new version alone, while the others work on. */
async function become(driver: IsolatedDriver, offer: Offer, undo: Undo[]): Promise<AuxiliaryDevice[]> {
  const { description, place } = driver;
  if (place === null)
    throw new BusError("EAGAIN", `${driver.name} is being started again; try later`, { op: "upgrade" });
  const moved: AuxiliaryDevice[] = [];
  undo.push(async () => {
    driver.become(description, place);
    for (const device of moved) await rebind(device, driver).catch(logOn(device));
  });
  const devices = [...driver.bindings.keys()];
  driver.become(offer.description, offer.place);
  for (const device of devices) {
    moved.push(device);
    await rebind(device, driver);
  }
  return devices;
}

/** Unbinds a device and binds it to the version of the driver that is in charge now. */
async function rebind(device: AuxiliaryDevice, driver: IsolatedDriver): Promise<void> {
  if (device.state !== "added") return;
  if (device.driver !== null && device.driver !== driver.driver) return;
  device.setHandover(await handoverOf(device));
  try {
    await device.unbind();
    await device.attach();
    if (device.driver === null) throw takeOverFailure(device, driver.name);
  } finally {
    device.setHandover(undefined);
  }
}

/** What the bus must match anew is taken off the bus, and put there again as the new version says. */
async function replace(
  old: HostedModule,
  next: HostedModule,
  driver: IsolatedDriver,
  offer: Offer,
  undo: Undo[],
): Promise<AuxiliaryDevice[]> {
  const devices = [...driver.bindings.keys()];
  const successor = next.newDriver(offer);
  const { name } = driver;
  const swap = async (from: IsolatedDriver, to: IsolatedDriver): Promise<void> => {
    for (const device of devices) device.setHandover(await handoverOf(device));
    try {
      await from.unregister();
      await next.register(to);
    } finally {
      for (const device of devices) device.setHandover(undefined);
    }
  };
  undo.push(async () => {
    old.drivers.set(name, driver);
    await swap(successor, driver);
  });
  await swap(driver, successor);
  old.drivers.set(name, successor);
  const unbound = devices.find((device) => device.driver === null && device.state === "added");
  if (unbound !== undefined && successor.description.idTable?.some((id) => id.name === unbound.matchName) === true) {
    throw takeOverFailure(unbound, name);
  }
  return devices;
}

async function addNew(old: HostedModule, next: HostedModule, undo: Undo[]): Promise<void> {
  for (const [name, offer] of next.offers) {
    if (old.drivers.has(name)) continue;
    const driver = next.newDriver(offer);
    undo.push(() => driver.unregister());
    await next.register(driver);
    next.drivers.set(name, driver);
  }
}

/** What the new version does not have any more. */
async function dropOld(old: HostedModule, next: HostedModule): Promise<void> {
  for (const [name, driver] of old.drivers) {
    if (next.offers.has(name)) next.drivers.set(name, driver);
    else await driver.unregister();
  }
  old.drivers.clear();
}

function logOn(device: AuxiliaryDevice): (error: unknown) => void {
  return (error) =>
    device.core.log.error(`${device.name}: cannot go back to the version before: ${errnoOf(error)}`, { error });
}
