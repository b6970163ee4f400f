// Its init does what its parameter says at the moment: a file is where tests can change it.
import { readFileSync } from "node:fs";
import { BusError } from "auxbus";
import { makeDriver } from "./puppet.js";

export async function init({ core, module, params }) {
  const order = readFileSync(params.order, "utf8");
  if (order === "exit") process.exit(5);
  if (order === "throw") throw new BusError("ENOSPC", "as the file says");
  await core.auxiliary.register(makeDriver(undefined, ["m.x"]), { module });
}

export async function exit({ core, module }) {
  await core.auxiliary.unregister(module.name);
}
