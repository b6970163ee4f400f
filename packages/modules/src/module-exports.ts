import type { ModuleEntry } from "auxbus";

/** Whether what a file exports can be a module: `init` and `exit`, a `driver`, or neither (a library). */
export function isModuleEntry(exports: unknown): exports is ModuleEntry {
  if (typeof exports !== "object" || exports === null) return false;
  const typeOf = (name: keyof ModuleEntry): string => {
    const member: unknown = Reflect.get(exports, name);
    return typeof member;
  };
  const callable = (["init", "exit", "paramChanged"] as const).every((name) =>
    ["function", "undefined"].includes(typeOf(name)),
  );
  return callable && ["object", "undefined"].includes(typeOf("driver"));
}
