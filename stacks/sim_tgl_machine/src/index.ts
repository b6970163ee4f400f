import type { DriverCore } from "auxbus";
import { Machine } from "./machine.ts";

export interface ModuleContext {
  readonly core: DriverCore;
  /** `life`: milliseconds between things that somebody does with the DSP, so that there is something to see (0: nothing). */
  readonly params?: Readonly<Record<string, string>>;
}

const machines = new WeakMap<DriverCore, Machine>();

/** Simulated hardware: a machine with an audio DSP. */
export async function init({ core, params }: ModuleContext): Promise<void> {
  const machine = new Machine(core);
  machines.set(core, machine);
  await machine.plug();
  const period = Number(params?.["life"] ?? 0);
  if (period > 0) machine.live(period);
}

export async function exit({ core }: ModuleContext): Promise<void> {
  await machines.get(core)?.stop();
}

export { plugDsp } from "./machine.ts";
