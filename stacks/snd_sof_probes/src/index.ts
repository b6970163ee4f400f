import type { IsolableContext } from "auxbus";
import { probesDriver } from "./driver.ts";

/** Registers the probes driver. Off unless the module's parameter `enable` says so. */
export async function init({ core, module, params }: IsolableContext): Promise<void> {
  await core.auxiliary.register(probesDriver({ enable: params["enable"] === true }), { module });
}

export async function exit({ core, module }: IsolableContext): Promise<void> {
  await core.auxiliary.unregister(module.name);
}
