import type { DriverCore, ModuleContext } from "auxbus";
import { Control } from "@auxbus/control";
import { knobVerbs } from "./knob-verbs.ts";
import { Machine } from "./machine.ts";
import { parseParams } from "./params.ts";

interface Running {
  readonly machine: Machine;
  readonly commands: Disposable;
}

const running = new WeakMap<DriverCore, Running>();

/** Simulated hardware: a machine with network cards. Their drivers are loaded by their aliases. */
export async function init({ core, params }: ModuleContext): Promise<void> {
  const parsed = parseParams(params);
  const machine = new Machine(core, parsed);
  const commands = Control.of(core).addAll(knobVerbs(core));
  try {
    await machine.plug();
  } catch (error) {
    await machine.stop();
    commands[Symbol.dispose]();
    throw error;
  }
  running.set(core, { machine, commands });
  if (parsed.life > 0) machine.live(parsed.life);
}

export async function exit({ core }: ModuleContext): Promise<void> {
  const known = running.get(core);
  running.delete(core);
  known?.commands[Symbol.dispose]();
  await known?.machine.stop();
}

export { plugConnectX, type PlugConnectXOptions, type PluggedConnectX, plugVf } from "./plug-connectx.ts";
export { plugIntel, type PlugIntelOptions, type PluggedIntel } from "./plug-intel.ts";
