import { makeDriver } from "./puppet.js";

const v1 = makeDriver(undefined, ["m.x", "m.y"]);

/** The next version of the puppet: it counts by tens and can say which version it is. */
export const driver = {
  ...v1,
  handlers: {
    ...v1.handlers,
    count: (device) => (device.driverData.count += 10),
    version: () => 2,
  },
};
