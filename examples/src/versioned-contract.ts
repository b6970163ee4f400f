// A publisher moves on to version 2 of its contract. The old driver is refused, with the reason; the new one binds.
import { defineAuxiliaryDriver, DriverCore } from "auxbus";

declare module "auxbus" {
  interface Contracts {
    "oven.heater": { shared: { heatTo(degrees: number): void } };
  }
}

const core = new DriverCore();

// Written for version 1, whose degrees were Fahrenheit: it would burn the cake.
const old = defineAuxiliaryDriver({
  idTable: [{ name: "oven.heater", contract: "^1.0" }],
  probe: ({ shared }) => shared.heatTo(400),
});
await core.auxiliary.register(old, { module: "baker" });

const heater = await core.auxiliary.create(core.addRootDevice("oven0"), {
  module: "oven",
  name: "heater",
  version: "2.1.0",
  shared: { heatTo: (degrees) => console.log(`oven: ${degrees} °C`) },
});
for (const { driver, verdict, reason } of core.explain(heater).drivers) console.log(`${driver}: ${verdict}: ${reason}`);

const current = defineAuxiliaryDriver({
  idTable: [{ name: "oven.heater", contract: "^2.0" }],
  probe: ({ shared }) => shared.heatTo(180),
});
await core.auxiliary.register(current, { module: "baker2" });
console.log(core.explain(heater).summary);
await heater.destroy();
