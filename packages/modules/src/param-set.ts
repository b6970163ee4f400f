import { BusError, type ModuleParams, type ParamValue } from "auxbus";
import type { ModuleInfo } from "./module-info.ts";
import { isOfType, parseParam } from "./param.ts";

/** The parameters of one loaded module. */
export class ParamSet {
  /** What the module sees: the present values, and nothing can be written. */
  readonly view: ModuleParams;
  readonly #info: ModuleInfo;
  /** Of no prototype: a module that looks for `toString` is to find a parameter or nothing. */
  readonly #values: Record<string, ParamValue> = {};

  /**
   * @param given texts, or values of the declared type
   * @throws {BusError} `EINVAL` there is no such parameter, or the text is no value of its type; `ERANGE`
   */
  constructor(info: ModuleInfo, given: Readonly<Record<string, ParamValue>>) {
    this.#info = info;
    Object.setPrototypeOf(this.#values, null);
    for (const [name, { default: value }] of Object.entries(info.params ?? {})) {
      if (value !== undefined) this.#values[name] = value;
    }
    for (const [name, value] of Object.entries(given)) this.#values[name] = this.#parse(name, value);
    this.view = new Proxy(this.#values, {
      set: () => false,
      defineProperty: () => false,
      deleteProperty: () => false,
      preventExtensions: () => false,
      setPrototypeOf: () => false,
    });
  }

  #parse(name: string, value: ParamValue): ParamValue {
    const { name: module, params } = this.#info;
    if (params === null) return value;
    const definition = Object.hasOwn(params, name) ? params[name] : undefined;
    if (definition === undefined) {
      const known = Object.keys(params);
      const others = known.length === 0 ? "it has none" : `there are ${known.join(", ")}`;
      throw new BusError("EINVAL", `module ${module} has no parameter ${name}; ${others}`, { op: "param" });
    }
    if (typeof value !== "string") {
      if (isOfType(value, definition.type)) return value;
      return parseParam(module, name, definition.type, String(value));
    }
    return parseParam(module, name, definition.type, value);
  }

  /** The value that a text stands for, if it may be written. @throws {BusError} `EACCES` it may not; `EINVAL` */
  writable(name: string, value: ParamValue): ParamValue {
    const parsed = this.#parse(name, value);
    if (this.#info.params?.[name]?.writable === true) return parsed;
    throw new BusError(
      "EACCES",
      `parameter ${name} of module ${this.#info.name} can only be given when it is loaded: rmmod and modprobe it`,
      { op: "param" },
    );
  }

  get(name: string): ParamValue | undefined {
    return this.#values[name];
  }

  /** @param value nothing: it has none any more */
  set(name: string, value: ParamValue | undefined): void {
    if (value === undefined) delete this.#values[name];
    else this.#values[name] = value;
  }

  /** All values, as they are now. */
  all(): Record<string, ParamValue> {
    return { ...this.#values };
  }
}
