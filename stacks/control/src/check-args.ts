import { BusError } from "auxbus";
import { near } from "./near.ts";
import type { GivenArgs, VerbInfo, VerbParamInfo } from "./verb.ts";

/** What a boolean can be called. */
const BOOLEANS: ReadonlyMap<unknown, boolean> = new Map([
  ["on", true],
  ["true", true],
  ["off", false],
  ["false", false],
]);

/**
 * Checks arguments against what the verb takes, and turns text into numbers and booleans where those are meant.
 *
 * @throws {BusError} `EINVAL` an argument is unknown, missing or wrong; the message says what is allowed
 */
export function checkArgs({ name: verb, params }: VerbInfo, given: GivenArgs): GivenArgs {
  for (const name of Object.keys(given)) {
    if (!params.some((param) => param.name === name)) throw invalid(verb, unknownArgument(name, params));
  }
  const checked: Record<string, string | number | boolean> = {};
  for (const param of params) {
    const value = Object.hasOwn(given, param.name) ? given[param.name] : undefined;
    if (value !== undefined) {
      const converted = convert(param, value);
      if (converted === undefined) {
        throw invalid(verb, `${param.name} is ${JSON.stringify(value)}, and has to be ${allowed(param)}`);
      }
      checked[param.name] = converted;
    } else if (param.required)
      throw invalid(verb, `${param.name} is missing: ${allowed(param)} (${param.description})`);
  }
  return checked;
}

/** The value as the parameter has it; undefined: it cannot be that. */
function convert(
  { type, choices }: VerbParamInfo,
  value: string | number | boolean,
): string | number | boolean | undefined {
  switch (type) {
    case "string":
      return typeof value === "string" && choices?.includes(value) !== false ? value : undefined;
    case "number": {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      return Number.isFinite(number) ? number : undefined;
    }
    case "boolean":
      return typeof value === "boolean" ? value : BOOLEANS.get(value);
  }
}

/** What a parameter can be, for people. */
function allowed({ type, choices }: VerbParamInfo): string {
  if (choices !== undefined) return choices.length > 1 ? `one of ${choices.join(", ")}` : choices.join();
  return type === "string" ? "text" : type === "number" ? "a number" : "on or off";
}

function unknownArgument(name: string, params: readonly VerbParamInfo[]): string {
  const names = params.map((param) => param.name);
  const meant = near(name, names).map((other) => `; did you mean ${other}?`)[0] ?? "";
  return `there is no argument ${name}${meant} (${names.length === 0 ? "it takes none" : `it takes ${names.join(", ")}`})`;
}

function invalid(verb: string, complaint: string): BusError {
  return new BusError("EINVAL", `${verb}: ${complaint}`, { op: "run" });
}
