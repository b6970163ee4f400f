import { DriverCore } from "auxbus";
import { expect, test } from "vitest";

class Lamps {
  readonly core: DriverCore;

  constructor(core: DriverCore) {
    this.core = core;
  }
}

declare module "auxbus" {
  interface Services {
    testLamps: Lamps;
  }
}

test("a service is made for its core, when it is first asked for", () => {
  const core = new DriverCore();
  expect(() => core.service("testLamps")).toThrow(/^ENODEV: there is no service testLamps; load the module/);
  const lamps = core.service("testLamps", (of) => new Lamps(of));
  expect(lamps.core).toBe(core);
  expect(core.service("testLamps", (of) => new Lamps(of))).toBe(lamps);
  expect(core.service("testLamps")).toBe(lamps);
  expect(new DriverCore().service("testLamps", (of) => new Lamps(of))).not.toBe(lamps);
});
