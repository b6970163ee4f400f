import { DriverCore, driverDataOf } from "auxbus";
import { expect, test } from "vitest";
import { hardwareOf } from "./hardware-of.ts";
import { PciBus } from "./pci-bus.ts";

class Nic {
  readonly model: string;

  constructor(model: string) {
    this.model = model;
  }
}

test("a driver takes the hardware that it knows, and refuses all else", async () => {
  const core = new DriverCore();
  const bus = PciBus.of(core);
  await bus.register(
    {
      name: "nic",
      idTable: [{ vendor: 1, device: 2 }],
      probe(device) {
        device.driverData = hardwareOf(device, Nic, "old network card", ({ model }) => model === "old");
      },
    },
    { module: "nic" },
  );
  const fn = { vendor: 1, device: 2, class: 0 };
  const old = await bus.plug({ ...fn, address: "0000:01:00.0", hardware: new Nic("old") });
  expect(driverDataOf(old, Nic).model).toBe("old");
  for (const [i, hardware] of [new Nic("new"), { model: "old" }, null].entries()) {
    const device = await bus.plug({ ...fn, address: `0000:02:00.${i}`, hardware });
    expect(device.driver, `function ${i}`).toBeNull();
    expect(() => hardwareOf(device, Nic, "old network card", ({ model }) => model === "old")).toThrow(
      `ENODEV: 0000:02:00.${i} is no old network card that this driver knows`,
    );
  }
});
