import { UsageError } from "../exit-code.ts";

export type Params = Readonly<Record<string, string>>;

/** Parses `MODULE.KEY=VALUE` words into the parameters of each module. */
export function parseParams(words: readonly string[]): Map<string, Params> {
  const modules = new Map<string, Record<string, string>>();
  for (const word of words) {
    const [, module, key, value] = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(word) ?? [];
    if (module === undefined || key === undefined || value === undefined) {
      throw new UsageError(`--param ${word}: expected MODULE.KEY=VALUE`);
    }
    const params = modules.get(module) ?? {};
    params[key] = value;
    modules.set(module, params);
  }
  return modules;
}
