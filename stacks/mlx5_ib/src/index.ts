import type { IsolableContext } from "auxbus";
import { multiportDriver, rdmaDriver, repDriver } from "./drivers.ts";
import { Multiport } from "./multiport.ts";

/** Registered in this order; unregistered in the reverse. */
const NAMES = ["rep", "multiport", "rdma"] as const;

export async function init({ core, module }: IsolableContext): Promise<void> {
  const multiport = new Multiport();
  const done: string[] = [];
  try {
    for (const driver of [repDriver, multiportDriver(multiport), rdmaDriver(multiport)]) {
      await core.auxiliary.register(driver, { module });
      done.push(`${module.name}.${driver.name ?? ""}`);
    }
  } catch (error) {
    for (const name of done.toReversed()) await core.auxiliary.unregister(name);
    throw error;
  }
}

export async function exit({ core, module }: IsolableContext): Promise<void> {
  for (const name of NAMES.toReversed()) await core.auxiliary.unregister(`${module.name}.${name}`);
}
