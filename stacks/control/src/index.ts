import type { ModuleContext } from "auxbus";
import { Control } from "./control.ts";

/** Makes the verbs there for all, also for drivers that run elsewhere. */
export function init({ core }: ModuleContext): void {
  Control.of(core);
}

export { checkArgs } from "./check-args.ts";
export { moduleVerbs, type ModuleVerbs } from "./module-verbs.ts";
export { near } from "./near.ts";
export type {
  GivenArgs,
  Verb,
  VerbArgs,
  VerbContext,
  VerbInfo,
  VerbParam,
  VerbParamInfo,
  VerbParamType,
} from "./verb.ts";
export { Control };
