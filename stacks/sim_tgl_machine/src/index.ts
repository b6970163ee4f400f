import type { DriverCore, ModuleContext } from "auxbus";
import { Machine } from "./machine.ts";
import { parseParams } from "./params.ts";

const machines = new WeakMap<DriverCore, Machine>();

/** Simulated hardware: a machine with an audio DSP. @throws {BusError} `EINVAL` for a bad parameter */
export async function init({ core, params }: ModuleContext): Promise<void> {
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
