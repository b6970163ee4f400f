import { makeDriver } from "./puppet.js";

export const driver = makeDriver(undefined, ["m.z"]);
