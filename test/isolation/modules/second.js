import { makeDriver } from "./puppet.js";

const driver = makeDriver(undefined, ["m.z"]);

/** Takes something from a subsystem for as long as it is loaded, if there is one. */
export async function init({ core, module, params }) {
  if (params.counter) await core.service("testCounter").take();
  await core.auxiliary.register(driver, { module });
}

export async function exit({ core, module }) {
  await core.auxiliary.unregister(module.name);
}
