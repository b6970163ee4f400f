import type { ModuleContext } from "auxbus";
import { PciBus } from "@auxbus/pci";
import { ethDriver } from "./en-main.ts";
import { ethRepDriver } from "./en-rep.ts";
import { Mlx5Global } from "./global.ts";
import { pciDriver } from "./main.ts";
import { sfDriver } from "./sf-driver.ts";

/** The drivers of its own slices first: so they are there when a function publishes them. */
export async function init({ core, module, params }: ModuleContext): Promise<void> {
  const global = new Mlx5Global(core, {
    suspendOnReload: params["suspend_on_reload"] === true,
    earlyIbReps: params["early_ib_reps"] === true,
  });
  const done: (() => Promise<void>)[] = [];
  try {
    for (const driver of [ethDriver, ethRepDriver, sfDriver]) {
      const registered = await core.auxiliary.register(driver, { module });
      done.push(() => registered.unregister());
    }
    await PciBus.of(core).register(pciDriver(global), { module });
  } catch (error) {
    for (const undo of done.toReversed()) await undo();
    throw error;
  }
}

/** Representors' driver before Ethernet's: their wire is its network device. */
export async function exit({ core }: ModuleContext): Promise<void> {
  await PciBus.of(core).unregister("mlx5_core");
  for (const name of ["sf", "eth-rep", "eth"]) await core.auxiliary.unregister(`mlx5_core.${name}`);
}

export type {
  Mlx5Event,
  Mlx5Identity,
  Mlx5RdmaFunction,
  Mlx5Rep,
  Mlx5RepFunction,
  Mlx5RepOps,
  Mlx5Use,
  Mlx5VnetFunction,
} from "./api.ts";
