import { BusError, type ParamValue } from "auxbus";

export type ParamType = "bool" | "int" | "uint" | "number" | "string";

/** Whole numbers have 32 bits, as in the kernel. */
const RANGES = { int: [-0x8000_0000, 0x7fff_ffff], uint: [0, 0xffff_ffff] } as const;

/** A parameter as its module declares it. */
export interface ParamDefinition {
  readonly type: ParamType;
  readonly default?: ParamValue | undefined;
  readonly description?: string | undefined;
  /** It may be changed while the module runs. */
  readonly writable?: boolean | undefined;
}

/**
 * The value that a text stands for.
 *
 * @throws {BusError} `EINVAL` it is none of the type; `ERANGE` a whole number of more than 32 bits
 */
export function parseParam(module: string, name: string, type: ParamType, text: string): ParamValue {
  const bad = (what: string): BusError =>
    new BusError("EINVAL", `parameter ${name} of module ${module} is ${what}, not ${JSON.stringify(text)}`, {
      op: "param",
    });
  switch (type) {
    case "string":
      return text;
    case "bool": {
      const value = parseBool(text);
      if (value === undefined) throw bad("a bool (1, y, on or 0, n, off)");
      return value;
    }
    case "number": {
      const value = text.trim() === "" ? Number.NaN : Number(text);
      if (!Number.isFinite(value)) throw bad("a number");
      return value;
    }
    case "int":
    case "uint": {
      const match = /^([+-]?)(?:0[xX]([0-9a-fA-F]+)|0([0-7]+)|(0|[1-9]\d*))$/.exec(text.trim());
      if (match === null || (type === "uint" && match[1] === "-")) {
        throw bad(type === "int" ? "a whole number" : "a whole number of at least 0");
      }
      const [, sign, hex, octal, decimal = "0"] = match;
      const size =
        hex !== undefined ? Number(`0x${hex}`) : octal !== undefined ? Number(`0o${octal}`) : Number(decimal);
      const value = sign === "-" ? -size : size;
      const [least, most] = RANGES[type];
      if (value >= least && value <= most) return value;
      throw new BusError("ERANGE", `parameter ${name} of module ${module} is from ${least} to ${most}, not ${text}`, {
        op: "param",
      });
    }
  }
}

/** As the kernel's `kstrtobool`. */
function parseBool(text: string): boolean | undefined {
  if (/^[yYtT1]/.test(text) || /^on/i.test(text)) return true;
  if (/^[nNfF0]/.test(text) || /^of/i.test(text)) return false;
  return undefined;
}

/** As a parameter is shown (the kernel's `param_get_bool` says Y and N). */
export function formatParam(value: ParamValue): string {
  return typeof value === "boolean" ? (value ? "Y" : "N") : String(value);
}

/** Whether a value is of the type that its definition says. */
export function isOfType(value: ParamValue, type: ParamType): boolean {
  switch (type) {
    case "bool":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string";
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "int":
    case "uint": {
      const [least, most] = RANGES[type];
      return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
    }
  }
}
