import { BusError } from "auxbus";
import { makeDriver } from "./puppet.js";

/** Fails after it has registered a driver. */
export async function init({ core, module }) {
  await core.auxiliary.register(makeDriver(undefined, ["m.x"]), { module });
  throw new BusError("ENOSPC", "as it always does");
}
