import type { AuxiliaryDriver } from "./auxiliary-driver.ts";
import type { ContractName, Shared } from "./contract.ts";
import type { DriverCore } from "./core.ts";
import type { DeviceResources } from "./devres.ts";
import type { LogDetails } from "./log.ts";
import type { Module } from "./module.ts";
import type { ModuleParams } from "./module-entry.ts";
import type { Awaitable, Remote } from "./remote.ts";
import type { Runtime } from "./runtime.ts";
import type { RuntimePm } from "./runtime-pm.ts";
import type { RemoteServices, ServiceName, Services } from "./service.ts";
import type { UeventAction } from "./uevent.ts";

type RemoteContracts = { readonly [Name in ContractName]: Remote<Shared<Name>> };

/** What the publisher of `Name` shares, as an isolable driver sees it; `unknown` without a contract. */
export type RemoteShared<Name extends string> = Name extends ContractName ? RemoteContracts[Name] : unknown;

/**
 * An auxiliary device as an isolable driver sees it: the `AuxiliaryDevice` when the driver runs beside its parent,
 * what stands for it when the driver has a worker or process of its own.
 */
export interface IsolableDevice<Name extends string = string> {
  readonly name: string;
  readonly id: number;
  readonly path: string;
  readonly matchName: string;
  readonly modalias: string;
  readonly version: string | undefined;
  /** The driver's own; gone when it is unbound. */
  driverData: unknown;
  readonly core: IsolableCore;
  /** What the publisher shares. @throws {BusError} `ENODEV` the driver is no longer bound */
  readonly shared: RemoteShared<Name>;
  readonly runtimePm: Remote<RuntimePm>;
  irqAdd(irq: number): Awaitable<void>;
  irqRemove(irq: number): Awaitable<void>;
  uevent(action: UeventAction): Awaitable<void>;
}

/** As much of the driver core as an isolable driver may use. */
export interface IsolableCore {
  readonly runtime: Pick<Runtime, "now" | "setTimer" | "defer">;
  readonly log: IsolableLog;
  readonly auxiliary: IsolableBus;
  /**
   * A subsystem, by its name.
   *
   * @param make makes it when nobody has asked for it before; only where the driver core itself is
   * @throws {BusError} `ENODEV` there is none
   */
  service<Name extends ServiceName>(name: Name, make?: (core: DriverCore) => Services[Name]): RemoteServices[Name];
}

/** The kernel log, for writing. */
export interface IsolableLog {
  debug(message: string, details?: LogDetails): void;
  info(message: string, details?: LogDetails): void;
  warn(message: string, details?: LogDetails): void;
  error(message: string, details?: LogDetails): void;
}

/** The auxiliary bus, for registering drivers. */
export interface IsolableBus {
  register(
    driver: AuxiliaryDriver,
    options: { readonly module: string | Module | IsolableModule },
  ): Promise<AsyncDisposable>;
  /** @param name as the bus knows the driver: `module.name`, or just the module's. @throws {BusError} `ENODEV` */
  unregister(name: string): Promise<void>;
}

/** The module that a driver belongs to, to be pinned and to register drivers for. */
export interface IsolableModule extends Pick<Remote<Module>, "get" | "put"> {
  readonly name: string;
}

/** One isolable driver's time with one device; see `Binding`. */
export interface IsolableBinding<Name extends string = string> {
  readonly device: IsolableDevice<Name>;
  readonly driver: { readonly name: string; readonly module: IsolableModule };
  readonly signal: AbortSignal;
  readonly resources: DeviceResources;
  /** What the driver's former version has left for this device when it was upgraded; undefined at any other time. */
  readonly handover: unknown;
  progress(): void;
}

/** What an isolable module is started with; see `ModuleContext`. */
export interface IsolableContext {
  readonly core: IsolableCore;
  readonly module: IsolableModule;
  readonly params: ModuleParams;
}
