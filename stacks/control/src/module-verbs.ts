import type { DriverCore, ModuleContext } from "auxbus";
import { Control } from "./control.ts";
import type { Verb } from "./verb.ts";

/** `init` and `exit` of a module, as far as its verbs go. */
export interface ModuleVerbs {
  readonly init: (context: Pick<ModuleContext, "core">) => void;
  readonly exit: (context: Pick<ModuleContext, "core">) => void;
}

/**
 * What starts and ends a module that adds verbs: each driver core has its own.
 *
 * @param verbsOf the module's verbs, for a core
 */
export function moduleVerbs(verbsOf: (core: DriverCore) => readonly Verb[]): ModuleVerbs {
  const added = new WeakMap<DriverCore, Disposable>();
  return {
    init({ core }) {
      added.set(core, Control.of(core).addAll(verbsOf(core)));
    },
    exit({ core }) {
      added.get(core)?.[Symbol.dispose]();
      added.delete(core);
    },
  };
}
