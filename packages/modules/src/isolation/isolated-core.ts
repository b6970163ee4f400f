import {
  type AuxiliaryDriver,
  BusError,
  type IsolableBus,
  type IsolableCore,
  type IsolableLog,
  type IsolableModule,
  type LogDetails,
  type LogLevel,
  type RemoteServices,
  type ServiceName,
} from "auxbus";
import type { DriverTable } from "./driver-table.ts";
import type { Session } from "./session.ts";

/** What stands for the driver core where a driver is isolated: for one module, or for one driver on one device. */
export class IsolatedCore implements IsolableCore {
  readonly runtime: IsolableCore["runtime"];
  readonly log: IsolableLog;
  readonly auxiliary: IsolableBus;
  readonly #services: Readonly<Record<string, unknown>>;

  constructor(
    session: Session,
    runtime: IsolableCore["runtime"],
    services: Readonly<Record<string, unknown>>,
    drivers: DriverTable,
  ) {
    this.runtime = runtime;
    this.log = new IsolatedLog(session);
    this.auxiliary = new IsolatedBus(session, drivers);
    this.#services = services;
  }

  service<Name extends ServiceName>(name: Name): RemoteServices[Name] {
    if (!Object.hasOwn(this.#services, name)) {
      throw new BusError(
        "ENODEV",
        `there is no service ${String(name)}; the module that provides it must be loaded before this one, not isolated`,
        { op: "service" },
      );
    }
    // What the bus's side has sent under this name.
    return this.#services[name] as RemoteServices[Name];
  }
}

/** Writes into the kernel log on the side of the bus. */
class IsolatedLog implements IsolableLog {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  #write(level: LogLevel, message: string, details?: LogDetails): void {
    this.#session.tell("log", level, message, details);
  }

  debug(message: string, details?: LogDetails): void {
    this.#write("debug", message, details);
  }

  info(message: string, details?: LogDetails): void {
    this.#write("info", message, details);
  }

  warn(message: string, details?: LogDetails): void {
    this.#write("warn", message, details);
  }

  error(message: string, details?: LogDetails): void {
    this.#write("error", message, details);
  }
}

/** Registers drivers with the auxiliary bus on the other side. */
class IsolatedBus implements IsolableBus {
  readonly #session: Session;
  readonly #drivers: DriverTable;

  constructor(session: Session, drivers: DriverTable) {
    this.#session = session;
    this.#drivers = drivers;
  }

  async register(
    driver: AuxiliaryDriver,
    options: { readonly module: string | IsolableModule },
  ): Promise<AsyncDisposable> {
    const module = typeof options.module === "string" ? options.module : options.module.name;
    const name = driver.name === undefined ? module : `${module}.${driver.name}`;
    const description = this.#drivers.add(driver);
    try {
      await this.#session.ask("register", description);
    } catch (error) {
      this.#drivers.delete(description.key);
      throw error;
    }
    return { [Symbol.asyncDispose]: () => this.unregister(name) };
  }

  async unregister(name: string): Promise<void> {
    await this.#session.ask("unregister", name);
  }
}
