import { makeDriver } from "./puppet.js";

/** A version that takes other devices, too, and registers a second driver. */
const drivers = [makeDriver(undefined, ["m.x", "m.y", "m.new"]), makeDriver("extra", ["m.extra"])];

export async function init({ core, module }) {
  for (const driver of drivers) await core.auxiliary.register(driver, { module });
}

export async function exit({ core, module }) {
  await core.auxiliary.unregister(`${module.name}.extra`);
  await core.auxiliary.unregister(module.name);
}
