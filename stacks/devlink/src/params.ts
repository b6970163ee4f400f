import { type Awaitable, BusError } from "auxbus";

export type DevlinkParamValue = boolean | number | string;

/** A parameter that takes effect at the next reload (`driverinit`). */
export interface DriverinitParam {
  readonly cmode: "driverinit";
  readonly name: string;
  readonly default: DevlinkParamValue;
  /** Refuses a value by throwing. */
  validate?(value: DevlinkParamValue): void;
}

/** A parameter that takes effect at once. */
export interface RuntimeParam {
  readonly cmode: "runtime";
  readonly name: string;
  get(): DevlinkParamValue;
  set(value: DevlinkParamValue): Awaitable<void>;
  validate?(value: DevlinkParamValue): void;
}

export type DevlinkParam = DriverinitParam | RuntimeParam;

export interface DevlinkParamInfo {
  readonly name: string;
  readonly cmode: DevlinkParam["cmode"];
  readonly value: DevlinkParamValue;
  /** Set, but the device has not been reloaded since. */
  readonly pending?: DevlinkParamValue;
}

/** The parameters of one instance. */
export class DevlinkParams {
  readonly #params = new Map<string, DevlinkParam>();
  readonly #values = new Map<string, DevlinkParamValue>();
  readonly #pending = new Map<string, DevlinkParamValue>();

  /** @throws {BusError} `EEXIST` */
  register(params: readonly DevlinkParam[]): void {
    for (const param of params) {
      if (this.#params.has(param.name)) {
        throw new BusError("EEXIST", `there is a parameter ${param.name} already`, { op: "param register" });
      }
      this.#params.set(param.name, param);
      if (param.cmode === "driverinit") this.#values.set(param.name, param.default);
    }
  }

  /** All of them go, with what was set. */
  clear(): void {
    for (const map of [this.#params, this.#values, this.#pending]) map.clear();
  }

  /** What a `driverinit` parameter was at the last reload; undefined when there is no such parameter. */
  driverinit(name: string): DevlinkParamValue | undefined {
    return this.#values.get(name);
  }

  list(): DevlinkParamInfo[] {
    return [...this.#params.values()].map((param) => {
      const value = param.cmode === "runtime" ? param.get() : (this.#values.get(param.name) ?? param.default);
      const pending = this.#pending.get(param.name);
      return { name: param.name, cmode: param.cmode, value, ...(pending === undefined ? {} : { pending }) };
    });
  }

  /** @throws {BusError} `EINVAL` no such parameter, or not this type; `EOPNOTSUPP` refused; else what the driver throws */
  async set(name: string, value: DevlinkParamValue): Promise<void> {
    const param = this.#params.get(name);
    if (param === undefined) {
      const names = [...this.#params.keys()].join(", ") || "none";
      throw new BusError("EINVAL", `there is no parameter ${name}; there are ${names}`, { op: "param set" });
    }
    const kind = typeof (param.cmode === "runtime" ? param.get() : param.default);
    if (typeof value !== kind) {
      throw new BusError("EINVAL", `${name} is a ${kind}, not ${JSON.stringify(value)}`, { op: "param set" });
    }
    param.validate?.(value);
    if (param.cmode === "runtime") await param.set(value);
    else if (value === this.#values.get(name)) this.#pending.delete(name);
    else this.#pending.set(name, value);
  }

  /** The device is reloaded: what was set takes effect. */
  apply(): void {
    for (const [name, value] of this.#pending) this.#values.set(name, value);
    this.#pending.clear();
  }
}
