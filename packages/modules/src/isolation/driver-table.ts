import { type AuxiliaryDriver, BusError } from "auxbus";
import type { DriverDescription } from "./protocol.ts";

const OPTIONAL = ["shutdown", "suspend", "resume", "handover"] as const;

/** The drivers of one worker or process, by the numbers under which the side of the bus knows them. */
export class DriverTable {
  readonly #drivers = new Map<number, AuxiliaryDriver>();
  #last = 0;

  /** @throws {BusError} `EOPNOTSUPP` the driver is not made for isolation */
  add(driver: AuxiliaryDriver): DriverDescription {
    if (driver.isolable !== true) {
      throw new BusError(
        "EOPNOTSUPP",
        "the driver is not made for isolation; define it with defineIsolableDriver, or load its module with isolation none",
        { op: "register", driver: driver.name },
      );
    }
    const key = ++this.#last;
    this.#drivers.set(key, driver);
    return {
      key,
      name: driver.name,
      idTable: driver.idTable?.map(({ name, contract }) => (contract === undefined ? { name } : { name, contract })),
      probeType: driver.probeType,
      suppressBindAttrs: driver.suppressBindAttrs,
      probeTimeout: driver.probeTimeout,
      removeTimeout: driver.removeTimeout,
      callbacks: OPTIONAL.filter((name) => typeof driver[name] === "function"),
      pm: namesOf(driver.pm),
      handlers: namesOf(driver.handlers),
      hasProbe: typeof driver.probe === "function",
    };
  }

  delete(key: number): void {
    this.#drivers.delete(key);
  }

  get(key: number): AuxiliaryDriver {
    const driver = this.#drivers.get(key);
    if (driver === undefined) throw new BusError("ENODEV", `there is no driver ${key} here`, { op: "probe" });
    return driver;
  }
}

function namesOf(callbacks: object | undefined): string[] {
  return Object.entries(callbacks ?? {})
    .filter(([, fn]) => typeof fn === "function")
    .map(([name]) => name);
}
