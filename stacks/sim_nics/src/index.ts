import type { DriverCore, ModuleContext } from "auxbus";
import { moduleVerbs } from "@auxbus/control";
import { knobCommands } from "./knob-commands.ts";
import { Machine } from "./machine.ts";
import { parseParams } from "./params.ts";

const machines = new WeakMap<DriverCore, Machine>();
const commands = moduleVerbs(knobCommands);

/** Simulated hardware: a machine with network cards. Their drivers are loaded by their aliases. */
export async function init(context: ModuleContext): Promise<void> {
  const { core, params } = context;
  const parsed = parseParams(params);
  const machine = new Machine(core, parsed);
  commands.init(context);
  try {
    await machine.plug();
  } catch (error) {
    await machine.stop();
    commands.exit(context);
    throw error;
  }
  machines.set(core, machine);
  if (parsed.life > 0) machine.live(parsed.life);
}

export async function exit(context: ModuleContext): Promise<void> {
  const machine = machines.get(context.core);
  machines.delete(context.core);
  commands.exit(context);
  await machine?.stop();
}

export { plugConnectX, type PlugConnectXOptions, type PluggedConnectX, plugVf } from "./plug-connectx.ts";
export { plugIntel, type PlugIntelOptions, type PluggedIntel } from "./plug-intel.ts";
