import { BusError, type Device, toError } from "auxbus";

/** What the bound driver leaves for the version that takes over; nothing when it cannot say. */
export async function handoverOf(device: Device): Promise<unknown> {
  const handover: unknown = device.driver === null ? undefined : Reflect.get(device.driver.definition, "handover");
  if (typeof handover !== "function") return undefined;
  try {
    return await Reflect.apply(handover, undefined, [device]);
  } catch (error) {
    device.core.log.error(`${device.name}: its state was not handed over: ${toError(error).message}`, { error });
    return undefined;
  }
}

/** Why the version that was to take a device over did not. */
export function takeOverFailure(device: Device, driver: string): BusError {
  const attempt = device.core.explain(device).drivers.find((verdict) => verdict.driver === driver);
  const why = attempt?.reason ?? "it was not probed";
  return new BusError(attempt?.code ?? "EIO", `the new version of ${driver} cannot take ${device.name} over: ${why}`, {
    op: "upgrade",
    device: device.name,
    driver,
  });
}
