import type { AuxiliaryDevice } from "./auxiliary-device.ts";
import type { Binding } from "./binding.ts";
import type { Contracts, HandlerArgs, HandlerResult, Handlers } from "./contract.ts";
import type { Done, DriverCallbacks, DriverPmOps } from "./driver.ts";
import type { IsolableBinding, IsolableDevice } from "./isolable.ts";
import type { Remote } from "./remote.ts";

/** One line of a driver's id table: a match name, `module.name`, without the id. */
export interface AuxiliaryDeviceId<Name extends string = string> {
  /** At most 39 bytes; compared as it is, no wildcards. */
  readonly name: Name;
  /** Handed to the probe as `id.data` (the kernel's `driver_data`). */
  readonly data?: unknown;
  /** Semver range of the contract versions that the driver works with: others are not probed. */
  readonly contract?: string;
}

/** An id that names a contract must name one that exists. */
type Checked<Id> = Id extends { readonly name: infer Name; readonly contract: string }
  ? Name extends keyof Contracts
    ? Id
    : { readonly name: keyof Contracts; readonly contract: string; readonly data?: unknown }
  : Id;

type CheckedTable<Ids extends readonly AuxiliaryDeviceId[]> = { readonly [I in keyof Ids]: Checked<Ids[I]> };

/** The driver's side of the calls that publishers of `Name` make, each with the device before the arguments. */
export type DriverHandlers<Name extends string> = {
  readonly [K in keyof Handlers<Name>]: (
    device: AuxiliaryDevice<Name>,
    ...args: HandlerArgs<Handlers<Name>[K]>
  ) => HandlerResult<Handlers<Name>[K]> | PromiseLike<HandlerResult<Handlers<Name>[K]>>;
};

/** The handlers that a contract has, by whether it may do without them. */
type HandlerKey<Name extends string, Optional extends boolean> = Name extends string
  ? {
      [K in keyof Handlers<Name>]-?: undefined extends Handlers<Name>[K]
        ? Optional extends true
          ? K
          : never
        : Optional extends true
          ? never
          : K;
    }[keyof Handlers<Name>]
  : never;

/** Those of `Name` that have the handler. */
type WithHandler<Name extends string, K> = Name extends string
  ? K extends keyof Handlers<Name>
    ? Name
    : never
  : never;

type ArgsOf<Name extends string, K> = Name extends string
  ? K extends keyof Handlers<Name>
    ? HandlerArgs<Handlers<Name>[K]>
    : never
  : never;

type ResultOf<Name extends string, K> = Name extends string
  ? K extends keyof Handlers<Name>
    ? HandlerResult<Handlers<Name>[K]> | PromiseLike<HandlerResult<Handlers<Name>[K]>>
    : never
  : never;

type LocalHandler<Name extends string, K> = (
  device: AuxiliaryDevice<WithHandler<Name, K>>,
  ...args: ArgsOf<Name, K>
) => ResultOf<Name, K>;

/** For a driver of several contracts: the handlers of all of them, each once. */
type AllHandlers<Name extends string> = { readonly [K in HandlerKey<Name, false>]: LocalHandler<Name, K> } & {
  readonly [K in HandlerKey<Name, true>]?: LocalHandler<Name, K>;
};

/** An auxiliary driver as its author writes it. */
export interface AuxiliaryDriverSpec<Ids extends readonly AuxiliaryDeviceId[]> extends Omit<
  DriverCallbacks<AuxiliaryDevice<Ids[number]["name"]>>,
  "probe" | "pm"
> {
  /** Makes the driver's name `module.name`; left out, it is just the module's. */
  readonly name?: string;
  readonly idTable: Ids & CheckedTable<Ids>;
  probe(
    device: AuxiliaryDevice<Ids[number]["name"]>,
    id: Ids[number],
    binding: Binding<AuxiliaryDevice<Ids[number]["name"]>>,
  ): Done;
  readonly pm?: DriverPmOps<AuxiliaryDevice<Ids[number]["name"]>>;
  /** Never called by the bus or by system sleep: publishers call it by hand (`device.suspend`). */
  suspend?(device: AuxiliaryDevice<Ids[number]["name"]>, state: unknown): Done;
  /** Called by publishers by hand (`device.resume`). */
  resume?(device: AuxiliaryDevice<Ids[number]["name"]>): Done;
  /** What publishers call; under the device's lock, and only while bound. */
  readonly handlers?: AllHandlers<Ids[number]["name"]>;
}

type RemoteAll<Args extends unknown[]> = { [I in keyof Args]: Remote<Args[I]> };

/** The isolable driver's side of the calls that publishers of `Name` make. */
export type IsolableHandlers<Name extends string> = {
  readonly [K in keyof Handlers<Name>]: (
    device: IsolableDevice<Name>,
    ...args: RemoteAll<HandlerArgs<Handlers<Name>[K]>>
  ) => HandlerResult<Handlers<Name>[K]> | PromiseLike<HandlerResult<Handlers<Name>[K]>>;
};

type RemoteHandler<Name extends string, K> = (
  device: IsolableDevice<WithHandler<Name, K>>,
  ...args: RemoteAll<ArgsOf<Name, K>>
) => ResultOf<Name, K>;

type AllIsolableHandlers<Name extends string> = { readonly [K in HandlerKey<Name, false>]: RemoteHandler<Name, K> } & {
  readonly [K in HandlerKey<Name, true>]?: RemoteHandler<Name, K>;
};

/** Power management callbacks of an isolable driver; see `DriverPmOps`. */
export type IsolablePmOps<Name extends string> = {
  readonly [K in keyof DriverPmOps]?: (device: IsolableDevice<Name>) => Done;
};

/** An auxiliary driver that also runs in a worker or process of its own, as its author writes it. */
export interface IsolableDriverSpec<Ids extends readonly AuxiliaryDeviceId[]> extends Pick<
  AuxiliaryDriver,
  "name" | "probeType" | "suppressBindAttrs" | "probeTimeout" | "removeTimeout"
> {
  readonly idTable: Ids & CheckedTable<Ids>;
  probe(
    device: IsolableDevice<Ids[number]["name"]>,
    id: Ids[number],
    binding: IsolableBinding<Ids[number]["name"]>,
  ): Done;
  remove?(device: IsolableDevice<Ids[number]["name"]>): Done;
  shutdown?(device: IsolableDevice<Ids[number]["name"]>): Done;
  readonly pm?: IsolablePmOps<Ids[number]["name"]>;
  suspend?(device: IsolableDevice<Ids[number]["name"]>, state: unknown): Done;
  resume?(device: IsolableDevice<Ids[number]["name"]>): Done;
  readonly handlers?: AllIsolableHandlers<Ids[number]["name"]>;
  /**
   * Before an upgrade unbinds the driver: what its successor needs to go on from here; data only. It finds it in
   * `binding.handover`.
   */
  handover?(device: IsolableDevice<Ids[number]["name"]>): unknown;
}

/** An auxiliary driver, ready to be registered. */
export interface AuxiliaryDriver extends DriverCallbacks<AuxiliaryDevice> {
  readonly name?: string | undefined;
  /** Made for `isolation`: what it is given may be in another worker or process. */
  readonly isolable?: boolean | undefined;
  /** Left out, registering fails with `EINVAL`, as in the kernel. */
  readonly idTable?: readonly AuxiliaryDeviceId[] | undefined;
  suspend?(device: AuxiliaryDevice, state: unknown): Done;
  resume?(device: AuxiliaryDevice): Done;
  readonly handlers?: object | undefined;
  /** See `IsolableDriverSpec.handover`. */
  handover?(device: AuxiliaryDevice): unknown;
}

/**
 * Declares an auxiliary driver: the id table decides what type `device.shared` has in its callbacks and which
 * handlers its publishers may call.
 */
export function defineAuxiliaryDriver<const Ids extends readonly AuxiliaryDeviceId[]>(
  spec: AuxiliaryDriverSpec<Ids>,
): AuxiliaryDriver {
  return spec;
}

/**
 * Declares an auxiliary driver that also runs in a worker or process of its own: `device.shared` and whatever else
 * may then be on the other side of a border is a `Remote`.
 */
export function defineIsolableDriver<const Ids extends readonly AuxiliaryDeviceId[]>(
  spec: IsolableDriverSpec<Ids>,
): AuxiliaryDriver {
  const driver: object = { ...spec, isolable: true };
  return driver;
}
