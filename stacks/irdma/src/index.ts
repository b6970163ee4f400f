import type { AuxiliaryDriver, IsolableContext, IsolableCore } from "auxbus";
import { gen1Driver } from "./gen1.ts";
import { gen2Driver } from "./gen2.ts";
import { type Cores, coreDriver, vdevDriver } from "./gen3.ts";
import { Registry } from "./registry.ts";

/** Registered in this order; unregistered in the reverse. */
const NAMES = ["gen_1", "gen_2", "core", "vdev"] as const;

const registries = new WeakMap<IsolableCore, Registry>();

/** The drivers of all generations, then the notifiers. */
export async function init({ core, module }: IsolableContext): Promise<void> {
  const registry = new Registry(core);
  const cores: Cores = new Map();
  const drivers: AuxiliaryDriver[] = [
    gen1Driver(registry),
    gen2Driver(registry),
    coreDriver(cores),
    vdevDriver(cores, registry),
  ];
  const done: string[] = [];
  try {
    for (const driver of drivers) {
      await core.auxiliary.register(driver, { module });
      done.push(`${module.name}.${driver.name ?? ""}`);
    }
    await registry.start();
    registries.set(core, registry);
  } catch (error) {
    for (const name of done.toReversed()) await core.auxiliary.unregister(name);
    throw error;
  }
}

/** Notifiers first: nothing is told any more to what goes. */
export async function exit({ core, module }: IsolableContext): Promise<void> {
  await registries.get(core)?.stop();
  registries.delete(core);
  for (const name of NAMES.toReversed()) await core.auxiliary.unregister(`${module.name}.${name}`);
}
