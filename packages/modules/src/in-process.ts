import {
  type AuxiliaryDriver,
  BusError,
  type Device,
  type Driver,
  type DriverCore,
  type Module,
  moduleAuxiliaryDriver,
  type ModuleContext,
  type ModuleEntry,
  type ModuleParams,
  type ParamValue,
  toError,
} from "auxbus";
import { handoverOf, takeOverFailure } from "./handover.ts";
import { waitFor } from "./hung.ts";
import { isModuleEntry } from "./module-exports.ts";
import type { RunningModule } from "./running-module.ts";

/** What is to be started beside the bus. */
export interface InProcessStart {
  readonly core: DriverCore;
  readonly module: Module;
  readonly url: string;
  readonly params: ModuleParams;
}

let versions = 0;

/** A module that runs with the bus, in the same thread. */
export class InProcessModule implements RunningModule {
  readonly #context: ModuleContext;
  #entry: ModuleEntry;

  private constructor(context: ModuleContext, entry: ModuleEntry) {
    this.#context = context;
    this.#entry = entry;
  }

  /** Imports a module and calls its `init`. @throws {BusError} `EINVAL` it is no module; else what `init` throws */
  static async start({ core, module, url, params }: InProcessStart): Promise<InProcessModule> {
    const entry = await importEntry(url, module.name);
    const started = new InProcessModule({ core, module, params }, entry);
    await waitFor(core, `module ${module.name}: its init`, entry.init?.(started.#context));
    return started;
  }

  get canExit(): boolean {
    return this.#entry.init === undefined || this.#entry.exit !== undefined;
  }

  async exit(): Promise<void> {
    const { core, module } = this.#context;
    await waitFor(core, `module ${module.name}: its exit`, this.#entry.exit?.(this.#context));
  }

  async paramChanged(name: string, value: ParamValue): Promise<void> {
    const { core, module } = this.#context;
    await waitFor(core, `module ${module.name}: its paramChanged`, this.#entry.paramChanged?.(name, value));
  }

  /**
   * All its devices go to the new version at once: two versions cannot be on the bus side by side here. What the
   * old one has imported stays in memory, as Node forgets no module.
   */
  async upgrade(url: string): Promise<readonly string[]> {
    const next = await importEntry(`${url}?version=${++versions}`, this.#context.module.name);
    const old = this.#entry;
    const bound = this.#devices();
    const replace = async (from: ModuleEntry, to: ModuleEntry): Promise<void> => {
      for (const { device } of this.#devices()) device.setHandover(await handoverOf(device));
      try {
        await from.exit?.(this.#context);
        this.#entry = to;
        await to.init?.(this.#context);
      } finally {
        for (const { device } of bound) device.setHandover(undefined);
      }
    };
    try {
      await replace(old, next);
      for (const { device, driver } of bound) expectBound(device, driver);
    } catch (error) {
      await next.exit?.(this.#context)?.then(undefined, () => undefined);
      this.#entry = old;
      await old.init?.(this.#context);
      throw error;
    }
    return bound.map(({ device }) => device.name);
  }

  #devices(): { device: Device; driver: string }[] {
    const { core, module } = this.#context;
    return [...core.buses()]
      .flatMap((bus) => [...bus.drivers()])
      .filter((driver: Driver) => driver.module === module)
      .flatMap((driver) => [...driver.devices()].map((device) => ({ device, driver: driver.name })));
  }
}

async function importEntry(url: string, name: string): Promise<ModuleEntry> {
  let exports: unknown;
  try {
    exports = await import(url);
  } catch (cause) {
    throw new BusError("ENOENT", `cannot import ${url}: ${toError(cause).message}`, { op: "modprobe", cause });
  }
  if (!isModuleEntry(exports)) {
    throw new BusError(
      "EINVAL",
      `${name} is no module: the init, exit or driver that ${url} exports is no such thing`,
      {
        op: "modprobe",
      },
    );
  }
  const { driver, init, exit, paramChanged } = exports;
  const own = init === undefined && driver !== undefined ? driverEntry(driver, exit) : { init, exit };
  return {
    ...(own.init !== undefined && { init: own.init }),
    ...(own.exit !== undefined && { exit: own.exit }),
    ...(paramChanged !== undefined && { paramChanged }),
  };
}

/** A `driver` that is registered for its module; what the module has to clean up itself comes before it goes. */
function driverEntry(driver: AuxiliaryDriver, own: ModuleEntry["exit"]): Required<Pick<ModuleEntry, "init" | "exit">> {
  const { init, exit } = moduleAuxiliaryDriver(driver);
  return {
    init,
    async exit(context) {
      try {
        await own?.(context);
      } finally {
        await exit(context);
      }
    },
  };
}

function expectBound(device: Device, driver: string): void {
  if (device.driver === null && device.state === "added") throw takeOverFailure(device, driver);
}
