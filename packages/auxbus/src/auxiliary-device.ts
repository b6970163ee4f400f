import type { AuxiliaryBus } from "./auxiliary.ts";
import type { MatchGroup } from "./match-group.ts";
import type { Attributes } from "./attributes.ts";
import type { HandlerArgs, HandlerResult, Handlers, Shared } from "./contract.ts";
import { Device } from "./device.ts";
import { BusError, type Errno, toError } from "./errors.ts";
import { revocable } from "./handle.ts";
import { withLock } from "./lock.ts";
import { DONE, type MaybePromise, promised } from "./maybe-promise.ts";
import { addDevice } from "./registration.ts";

export interface AuxiliaryDeviceOptions<Name extends string = string> {
  /** The publishing module; may be given to `add` instead. */
  readonly module?: string | undefined;
  readonly name: string;
  /** 32 bits; shown as a signed number. */
  readonly id: number;
  /** What the driver gets, through a handle that works while it is bound. */
  readonly shared?: Shared<Name> | undefined;
  /** The version of the contract, for drivers that ask for a range. */
  readonly version?: string | undefined;
  readonly release?: ((device: Device) => void) | undefined;
  /**
   * Called each time that a driver was unbound or its probe has failed: the publisher takes back what the driver has
   * left, also one that has crashed. What it throws is logged.
   */
  readonly unbound?: (() => void) | undefined;
  readonly attributes?: Attributes | undefined;
}

/** A named slice of a parent that a driver of another module can attach to: `module.name.id`. */
export class AuxiliaryDevice<Name extends string = string> extends Device {
  declare readonly bus: AuxiliaryBus;
  /** Shown as a signed number at the end of the device's name. */
  readonly id: number;
  readonly version: string | undefined;
  /** @internal */ group: MatchGroup | null = null;
  /** @internal */ previousInGroup: AuxiliaryDevice | null = null;
  /** @internal */ nextInGroup: AuxiliaryDevice | null = null;
  /** @internal The name up to the last dot. */ matchKey = "";
  /** @internal The id was chosen by the bus and goes back to it. */ ownsId = false;
  readonly #shared: unknown;
  readonly #unbound: (() => void) | undefined;
  readonly #sliceName: string;
  #irqs: Set<number> | null = null;

  /** @internal */
  constructor(
    bus: AuxiliaryBus,
    parent: Device,
    module: string | undefined,
    id: number,
    options: Omit<AuxiliaryDeviceOptions<Name>, "module" | "id">,
  ) {
    super(bus.core, { name: "", parent, bus, release: options.release, attributes: options.attributes });
    this.id = id | 0;
    this.version = options.version;
    this.#shared = options.shared;
    this.#unbound = options.unbound;
    this.#sliceName = options.name;
    if (module !== undefined) this.#publishAs(module);
  }

  /** The module's name comes first, as that of whoever adds the device. */
  #publishAs(module: string): void {
    this.matchKey = this.bus.matchNameOf(module, this.#sliceName);
    this.fullName = `${this.matchKey}.${this.id}`;
  }

  /** What an id table must name to match: the device's name up to the last dot. */
  get matchName(): string {
    return this.matchKey;
  }

  /** `auxiliary:` and the match name: what makes the driver's module load. */
  override get modalias(): string {
    return `auxiliary:${this.matchName}`;
  }

  /**
   * What the publisher shares, for the driver that is bound (or probing) now. Whatever is kept of it stops
   * working when that driver is unbound.
   *
   * @throws {BusError} `ENODEV` no driver is bound
   */
  get shared(): Shared<Name> {
    const binding = this.binding;
    if (binding === null) throw this.#fail("ENODEV", "shared", "no driver is bound to it");
    if (binding.handle === undefined) binding.handle = revocable(binding, this.#shared);
    // The handle has the members of what was shared, so it is of its type.
    return binding.handle as Shared<Name>;
  }

  /**
   * Calls a handler of the bound driver, under the device's lock: the driver cannot be unbound meanwhile, and a
   * call that waits while it is being unbound is refused.
   *
   * @throws {BusError} `ENODEV` no driver is bound; `EOPNOTSUPP` it has no such handler; `ETIMEDOUT` it took
   *   longer than the driver's remove may take; `EDEADLK` called from a callback on this device; else what the
   *   handler threw
   */
  call<K extends keyof Handlers<Name> & string>(
    handler: K,
    ...args: HandlerArgs<Handlers<Name>[K]>
  ): Promise<HandlerResult<Handlers<Name>[K]>> {
    // The driver's definition was checked against the same contract.
    return this.#callDriver(handler, args) as Promise<HandlerResult<Handlers<Name>[K]>>;
  }

  #callDriver(handler: string, args: readonly unknown[]): Promise<unknown> {
    if (this.binding === null || this.binding.closing) {
      const why = this.binding === null ? "no driver is bound to it" : "its driver is being unbound";
      return Promise.reject(this.#fail("ENODEV", "call", why));
    }
    return promised(() =>
      withLock(this, "call", (hold): MaybePromise<unknown> => {
        const { binding } = this;
        if (binding === null || binding.state !== "bound")
          throw this.#fail("ENODEV", "call", "no driver is bound to it");
        const handlers = this.bus.definitionOf(binding.driver).handlers;
        const fn: unknown = handlers === undefined ? undefined : Reflect.get(handlers, handler);
        if (typeof fn !== "function") {
          throw this.#fail("EOPNOTSUPP", "call", `driver ${binding.driver.name} has no handler ${handler}`);
        }
        const result = this.core.calls.run(hold, (): unknown => Reflect.apply(fn, handlers, [this, ...args]));
        return binding.within(`handler ${handler}`, result, binding.removeTimeout);
      }),
    );
  }

  /** Calls the driver's own `suspend`, if one is bound and has it. The bus never does. */
  suspend(state: unknown): Promise<void> {
    return this.#callLegacy("suspend", state);
  }

  /** Calls the driver's own `resume`, if one is bound and has it. The bus never does. */
  resume(): Promise<void> {
    return this.#callLegacy("resume");
  }

  #callLegacy(op: "suspend" | "resume", state?: unknown): Promise<void> {
    const now = this.binding;
    // Whoever has nobody to call need not wait: it may be the callback that the device's lock is held for.
    if (now?.state !== "bound" || now.closing || this.bus.definitionOf(now.driver)[op] === undefined) return DONE;
    return promised(() =>
      withLock(this, op, (hold): MaybePromise<void> => {
        const { binding } = this;
        if (binding?.state !== "bound") return undefined;
        const definition = this.bus.definitionOf(binding.driver);
        const result = this.core.calls.run(hold, () =>
          op === "suspend" ? definition.suspend?.(this, state) : definition.resume?.(this),
        );
        return binding.within(op, result, binding.removeTimeout);
      }),
    );
  }

  /**
   * Makes the device known and tries the drivers on it.
   *
   * @param options the publishing module, unless it was given before
   * @throws {BusError} as `Device.add`; `EINVAL` without a module
   */
  override add(options?: { readonly module?: string }): Promise<void> {
    return promised(() => {
      if (options?.module !== undefined && (this.phase === "new" || this.phase === "deleted"))
        this.#publishAs(options.module);
      if (this.name === "") {
        this.core.log.error("auxiliary (null): auxiliary device modname is NULL");
        throw this.#fail("EINVAL", "add", "it needs the name of the publishing module");
      }
      return addDevice(this);
    });
  }

  /**
   * Shows an interrupt in the device's `irqs` folder, which is a managed resource: it goes when the driver is unbound.
   * Made while no driver is bound, it keeps every driver from binding (`EBUSY`), as the kernel does with any managed
   * resource that a device has before a probe.
   *
   * @throws {BusError} `EEXIST` it is shown already; `EINVAL` not an interrupt number
   */
  irqAdd(irq: number): void {
    if (!Number.isInteger(irq) || irq < 0) throw this.#fail("EINVAL", "irqAdd", `${irq} is no interrupt number`);
    const irqs = this.#irqs ?? this.#newIrqs();
    if (irqs.has(irq)) throw this.#fail("EEXIST", "irqAdd", `interrupt ${irq} is there already`);
    irqs.add(irq);
  }

  /** The folder is a managed resource: what is there before a driver binds keeps it from binding. */
  #newIrqs(): Set<number> {
    this.resources.defer(() => {
      this.#irqs = null;
    });
    this.#irqs = new Set();
    return this.#irqs;
  }

  /** Takes an interrupt away. @throws {BusError} `ENOENT` it is not there */
  irqRemove(irq: number): void {
    if (this.#irqs?.delete(irq) !== true) throw this.#fail("ENOENT", "irqRemove", `interrupt ${irq} is not there`);
  }

  /** The interrupts that are shown, in ascending order; undefined when there is no `irqs` folder. */
  get irqs(): readonly number[] | undefined {
    return this.#irqs === null ? undefined : [...this.#irqs].toSorted((a, b) => a - b);
  }

  /** @internal A driver has gone, or did not bind. */
  driverLeft(): void {
    try {
      this.#unbound?.();
    } catch (error) {
      this.core.log.error(
        `${this.name}: its publisher failed after the driver was unbound: ${toError(error).message}`,
        {
          device: this.name,
          error,
        },
      );
    }
  }

  #fail(code: Errno, op: string, why: string): BusError {
    return new BusError(code, `${op} of ${this.name}: ${why}`, { op, device: this.name });
  }
}
