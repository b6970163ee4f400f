import type { DriverCore, Module } from "auxbus";
import { probesDriver } from "./driver.ts";

export interface ModuleContext {
  readonly core: DriverCore;
  readonly module: Module;
  /** `enable`: offer the probes device (off). */
  readonly params?: Readonly<Record<string, string>>;
}

/** Registers the probes driver. Off unless the module's parameter `enable` says so. */
export async function init({ core, module, params }: ModuleContext): Promise<void> {
  const enable = /^[1yY]|^on$/.test(params?.["enable"] ?? "0");
  await core.auxiliary.register(probesDriver({ enable }), { module });
}

export async function exit({ core, module }: ModuleContext): Promise<void> {
  await core.auxiliary.unregister(module.name);
}
