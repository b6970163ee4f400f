import type { DriverCore } from "auxbus";
import { Machine } from "./machine.ts";
import { parseParams } from "./params.ts";

export interface ModuleContext {
  readonly core: DriverCore;
  /**
   * `life`: milliseconds between things that somebody does with the DSP, so that there is something to see
   * (0: nothing). `boot_time`, `streams`, `seed`: how the DSP is made. The name of a knob: what is written to it.
   */
  readonly params?: Readonly<Record<string, string>>;
}

const machines = new WeakMap<DriverCore, Machine>();

/** Simulated hardware: a machine with an audio DSP. @throws {BusError} `EINVAL` for a bad parameter */
export async function init({ core, params = {} }: ModuleContext): Promise<void> {
  const parsed = parseParams(params);
  const machine = new Machine(core, parsed);
  await machine.plug();
  machines.set(core, machine);
  if (parsed.life > 0) machine.live(parsed.life);
}

export async function exit({ core }: ModuleContext): Promise<void> {
  const machine = machines.get(core);
  machines.delete(core);
  await machine?.stop();
}

export { plugDsp } from "./plug-dsp.ts";
