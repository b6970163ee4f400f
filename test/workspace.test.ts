import { PciBus } from "@auxbus/pci";
import { VirtualRuntime } from "@auxbus/testing";
import { Bus, DriverCore } from "auxbus";
import { expect, test } from "vitest";

// A second copy of the bus would have classes and contracts of its own, and coverage would not see it.
test.each([
  ["auxbus", "../packages/auxbus/src/index.ts"],
  ["@auxbus/testing", "../packages/testing/src/index.ts"],
  ["@auxbus/pci", "../stacks/pci/src/index.ts"],
])("in tests, %s is its source, and there is one of it", async (name, source) => {
  expect(await import(name)).toBe(await import(source));
});

test("the packages share one bus", () => {
  const bus = PciBus.of(new DriverCore({ runtime: new VirtualRuntime() }));
  expect(bus).toBeInstanceOf(Bus);
});
