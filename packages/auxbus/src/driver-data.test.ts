import { afterEach, beforeEach, expect, test } from "vitest";
import type { AuxiliaryDevice } from "./auxiliary-device.ts";
import { DriverCore } from "./core.ts";
import { driverDataOf } from "./driver-data.ts";

/** As most drivers' data, it is made by a probe of its own. */
class Lamp {
  readonly device: AuxiliaryDevice;

  private constructor(device: AuxiliaryDevice) {
    this.device = device;
  }

  static probe(device: AuxiliaryDevice): Lamp {
    return new Lamp(device);
  }
}

class Bell {
  rings = false;
}

let core: DriverCore;
let device: AuxiliaryDevice;
let fails = false;

beforeEach(async () => {
  core = new DriverCore();
  fails = false;
  device = await core.auxiliary.create(core.addRootDevice("hall"), { module: "house", name: "lamp", id: 0 });
  await core.auxiliary.register(
    {
      idTable: [{ name: "house.lamp" }],
      probe(device) {
        device.driverData = Lamp.probe(device);
        if (fails) throw new Error("it does not light");
      },
    },
    { module: "lamp" },
  );
});

afterEach(() => core.auxiliary.unregister("lamp"));

test("it is what the probe has kept, as what it is", () => {
  const lamp: Lamp = driverDataOf(device, Lamp);
  expect(lamp.device).toBe(device);
});

test("it is refused when it is of another class", () => {
  expect(() => driverDataOf(device, Bell)).toThrow(/^ENODEV: house\.lamp\.0 is not bound to .* keeps its Bell$/);
});

test("it is gone after the driver was unbound, and after a probe that has failed", async () => {
  await device.unbind();
  const refusal = { code: "ENODEV", device: "house.lamp.0" };
  expect(() => driverDataOf(device, Lamp)).toThrow(expect.objectContaining(refusal));
  fails = true;
  await core.auxiliary.bind("lamp", "house.lamp.0").catch(() => undefined);
  expect(() => driverDataOf(device, Lamp)).toThrow(expect.objectContaining(refusal));
  fails = false;
  await core.auxiliary.bind("lamp", "house.lamp.0");
  expect(driverDataOf(device, Lamp).device).toBe(device);
});
