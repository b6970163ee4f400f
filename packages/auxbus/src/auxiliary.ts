import type { Candidate, Match } from "./attach.ts";
import { AuxiliaryDevice, type AuxiliaryDeviceOptions } from "./auxiliary-device.ts";
import type { AuxiliaryDriver } from "./auxiliary-driver.ts";
import { asModule, Bus, type RegisterOptions } from "./bus.ts";
import type { DriverCore } from "./core.ts";
import { type Device, sysfsName } from "./device.ts";
import { Driver } from "./driver.ts";
import { BusError, toError } from "./errors.ts";
import { after, isPending, type MaybePromise, promised } from "./maybe-promise.ts";
import { MatchGroup } from "./match-group.ts";
import type { Module } from "./module.ts";
import { NameTable } from "./name-table.ts";
import { addDevice } from "./registration.ts";
import { registerDriver } from "./registration-driver.ts";
import { parseRange, satisfies } from "./semver.ts";

/** Bytes of a match name in an id table, without the terminator that the kernel's has. */
export const MATCH_NAME_BYTES = 39;

export interface CreateOptions<M extends string, N extends string> extends Omit<
  AuxiliaryDeviceOptions<`${M}.${N}`>,
  "module" | "name" | "id"
> {
  /** The publishing module: the first part of the device's name. */
  readonly module: M | (Module & { readonly name: M });
  readonly name: N;
  /** Left out: the lowest that is free under this match name, given back on release. */
  readonly id?: number | undefined;
}

/** The auxiliary bus: devices `module.name.id`, matched with id tables by their names up to the last dot. */
export class AuxiliaryBus extends Bus<AuxiliaryDevice> {
  readonly #groups = new NameTable<MatchGroup>();
  readonly #definitions = new Map<Driver, AuxiliaryDriver>();
  #lastName = { module: "", name: "", matchName: "" };

  constructor() {
    super("auxiliary");
  }

  /**
   * Makes a device without adding it (`auxiliary_device_init`): the first step of the two-step life, for parents
   * that have something to do between. Go on with `add`; undo with `uninit`, never by forgetting it.
   *
   * @throws {BusError} `EINVAL` without a parent or name, or with an id that is no 32-bit number; nothing needs
   *   undoing then
   */
  init<Name extends string = string>(parent: Device, options: AuxiliaryDeviceOptions<Name>): AuxiliaryDevice<Name> {
    return this.#make<Name>(parent, options.module, options.id, options);
  }

  #make<Name extends string>(
    parent: Device,
    module: string | undefined,
    id: number,
    options: Omit<AuxiliaryDeviceOptions<Name>, "module" | "id">,
  ): AuxiliaryDevice<Name> {
    // Callers without types get an error, too, not a crash later on.
    if ((parent as Device | null | undefined) == null)
      throw this.#refuse(options.name, "auxiliary_device has a NULL dev->parent");
    if (!options.name) throw this.#refuse(options.name, "auxiliary_device has a NULL name");
    if (!Number.isInteger(id) || id < -0x8000_0000 || id > 0xffff_ffff) {
      throw this.#refuse(options.name, `id ${id} is no 32-bit number`);
    }
    return new AuxiliaryDevice<Name>(this, parent, module, id, options);
  }

  #refuse(name: string, why: string): BusError {
    this.core.log.error(`auxiliary_device_init: ${why}`);
    return new BusError("EINVAL", `cannot make auxiliary device ${name || "(no name)"}: ${why}`, { op: "init" });
  }

  /**
   * Makes a device and adds it: `init` and `add` in one. When it cannot be added, it is released before the error
   * reaches the caller. Ended by `destroy()`.
   *
   * @throws {BusError} as `init` and `Device.add`
   */
  create<M extends string, N extends string>(
    parent: Device,
    options: CreateOptions<M, N>,
  ): Promise<AuxiliaryDevice<`${M}.${N}`>> {
    const module = typeof options.module === "string" ? options.module : options.module.name;
    try {
      this.core.fail("create");
      const id = options.id ?? this.#allocateId(module, options.name);
      let device: AuxiliaryDevice<`${M}.${N}`>;
      try {
        device = this.#make<`${M}.${N}`>(parent, module, id, options);
      } catch (error) {
        if (options.id === undefined) this.#freeId(`${module}.${options.name}`, id);
        throw error;
      }
      device.ownsId = options.id === undefined;
      return addOrUndo(device);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #allocateId(module: string, name: string): number {
    const matchName = `${module}.${name}`;
    const { ids } = this.#group(matchName);
    const inTheWay: number[] = [];
    let id = ids.alloc();
    // Devices whose publishers chose their ids themselves.
    while (this.nameTaken(`${matchName}.${id}`)) {
      inTheWay.push(id);
      id = ids.alloc();
    }
    for (const taken of inTheWay) ids.free(taken);
    return id;
  }

  #freeId(matchName: string, id: number): void {
    const group = this.#groups.get(matchName);
    group?.ids.free(id);
    if (group?.empty === true) this.#groups.delete(matchName);
  }

  /**
   * Registers an auxiliary driver under the name `module.name`, or `module` when it has none of its own, and
   * tries it on the devices that wait for one.
   *
   * @throws {BusError} `EINVAL` no probe, no id table, or a bad entry in it; else as `Bus.register`
   */
  override register(definition: AuxiliaryDriver, options: RegisterOptions): Promise<Driver> {
    return promised(() => {
      const module = asModule(options.module);
      const name = definition.name === undefined ? module.name : `${module.name}.${definition.name}`;
      checkDriver(this.core, definition, name);
      const driver = new Driver(this, name, module, definition);
      this.#definitions.set(driver, definition);
      try {
        const registered = registerDriver(driver);
        return after(registered, () => driver);
      } catch (error) {
        this.#definitions.delete(driver);
        throw error;
      }
    });
  }

  /** @internal The kernel's auxiliary bus has no such file. */
  override readonly overrideFile = false;

  /** @internal What was registered as this driver. */
  definitionOf(driver: Driver): AuxiliaryDriver {
    return this.#definitions.get(driver) ?? {};
  }

  override ueventEnv(device: AuxiliaryDevice): Record<string, string> {
    return { MODALIAS: device.modalias };
  }

  /** The id-table entry that names the device. */
  override match(device: AuxiliaryDevice, driver: Driver): unknown {
    return device.group?.candidates.find((candidate) => candidate.driver === driver)?.id ?? false;
  }

  /** A driver that asks for other versions of the contract than the device has is not probed. */
  override refusal(device: AuxiliaryDevice, driver: Driver, id: unknown): BusError | null {
    if (typeof id !== "object" || id === null || !("contract" in id) || typeof id.contract !== "string") return null;
    const { version } = device;
    if (version !== undefined && satisfies(version, id.contract)) return null;
    const published = version === undefined ? "publishes no contract version" : `publishes contract version ${version}`;
    return new BusError(
      "EPROTONOSUPPORT",
      `${device.name} ${published}, driver ${driver.name} works with ${id.contract}; update the one that is behind`,
      { op: "probe", device: device.name, driver: driver.name },
    );
  }

  /** @internal */
  override unbound(device: AuxiliaryDevice): void {
    device.driverLeft();
  }

  /** @internal */
  override candidates(device: AuxiliaryDevice): readonly Candidate[] {
    if (device.driverOverride === null) return device.group?.candidates ?? [];
    const driver = this.findDriver(device.driverOverride);
    if (driver === undefined || !driver.admits) return [];
    const id = this.match(device, driver);
    return [{ driver, id: id === false ? { name: device.matchName } : id }];
  }

  /** @internal */
  override matchingDevices(driver: Driver): Iterable<Match<AuxiliaryDevice>> {
    const matches: Match<AuxiliaryDevice>[] = [];
    const groups = new Set<MatchGroup>();
    for (const { name } of this.definitionOf(driver).idTable ?? []) groups.add(this.#group(name));
    for (const group of groups) {
      const id = group.candidates.find((candidate) => candidate.driver === driver)?.id;
      for (const device of group.devices()) {
        const override = device.driverOverride;
        if (device.binding?.bound === true || (override !== null && override !== driver.name)) continue;
        matches.push({ device, id });
      }
    }
    return groups.size === 1 ? matches : matches.toSorted((a, b) => a.device.busOrder - b.device.busOrder);
  }

  /** @internal */
  override idle(device: AuxiliaryDevice): boolean {
    return device.group !== null && device.group.candidates.length === 0 && device.driverOverride === null;
  }

  /** @internal */
  override addDevice(device: AuxiliaryDevice): void {
    super.addDevice(device);
    const group = this.#group(device.matchKey);
    device.group = group;
    device.matchKey = group.matchName;
    group.addDevice(device);
  }

  /** @internal */
  override removeDevice(device: AuxiliaryDevice): void {
    super.removeDevice(device);
    const { group } = device;
    if (group === null) return;
    group.removeDevice(device);
    if (group.empty) this.#groups.delete(group.matchName);
    device.group = null;
  }

  /** @internal */
  released(device: AuxiliaryDevice): void {
    if (device.ownsId) this.#freeId(device.matchKey, device.id);
  }

  /** @internal */
  override addDriver(driver: Driver): void {
    super.addDriver(driver);
    for (const id of this.definitionOf(driver).idTable ?? []) {
      const group = this.#group(id.name);
      // The first entry that names a device counts.
      if (!group.candidates.some((candidate) => candidate.driver === driver)) group.addCandidate({ driver, id });
    }
  }

  /** @internal */
  override retireDriver(driver: Driver): void {
    for (const { name } of this.definitionOf(driver).idTable ?? []) {
      const group = this.#groups.get(name);
      group?.removeDriver(driver);
      if (group?.empty === true) this.#groups.delete(name);
    }
  }

  /** @internal */
  override removeDriver(driver: Driver): void {
    super.removeDriver(driver);
    this.#definitions.delete(driver);
  }

  /** @internal Publishers make many devices of one name: the same string again needs no new hash. */
  matchNameOf(module: string, name: string): string {
    const last = this.#lastName;
    if (last.module === module && last.name === name) return last.matchName;
    const matchName = sysfsName(`${module}.${name}`);
    this.#lastName = { module, name, matchName };
    return matchName;
  }

  #group(matchName: string): MatchGroup {
    let group = this.#groups.get(matchName);
    if (group === undefined) {
      group = new MatchGroup(matchName);
      this.#groups.set(matchName, group);
    }
    return group;
  }
}

/** Adds a new device; one that cannot be added is released before the error is handed on. */
function addOrUndo<Name extends string>(device: AuxiliaryDevice<Name>): Promise<AuxiliaryDevice<Name>> {
  const undo = (error: unknown): never => {
    device.uninit();
    throw error;
  };
  let added: MaybePromise<void>;
  try {
    added = addDevice(device);
  } catch (error) {
    return undo(error);
  }
  return isPending(added) ? Promise.resolve(added.then(() => device, undo)) : Promise.resolve(device);
}

function checkDriver(core: DriverCore, definition: AuxiliaryDriver, name: string): void {
  const refuse = (why: string, cause?: unknown): BusError => {
    core.log.warn(`auxiliary: driver ${name} is not registered: ${why}`, { driver: name });
    return new BusError("EINVAL", `cannot register driver ${name}: ${why}`, { op: "register", driver: name, cause });
  };
  if (definition.probe === undefined) throw refuse("it has no probe");
  if (definition.idTable === undefined) throw refuse("it has no id table");
  for (const id of definition.idTable) {
    if (!id.name) throw refuse("an entry of its id table has no name");
    const bytes = utf8Length(id.name);
    if (bytes > MATCH_NAME_BYTES) {
      throw refuse(`${id.name} in its id table is ${bytes} bytes long, ${MATCH_NAME_BYTES} is the most`);
    }
    if (id.contract === undefined) continue;
    try {
      parseRange(id.contract);
    } catch (error) {
      throw refuse(`${id.name} in its id table asks for contract ${id.contract}: ${toError(error).message}`, error);
    }
  }
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
