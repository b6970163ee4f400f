import { BusError } from "./errors.ts";
import type { Remote } from "./remote.ts";

/**
 * The subsystems that drivers register things with, by name. Empty here: each subsystem adds its own by
 * augmentation, as contracts are.
 *
 * ```ts
 * declare module "auxbus" {
 *   interface Services {
 *     debugfs: Debugfs;
 *   }
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-empty-interface -- filled by augmentation
export interface Services {}

/** The services that are known by name and type. */
export type ServiceName = Extract<keyof Services, string>;

/** The services as they are seen from a worker or process of a driver's own. */
export type RemoteServices = { readonly [Name in ServiceName]: Remote<Services[Name]> };

/** The subsystems of one driver core. */
export class ServiceTable {
  readonly #services = new Map<string, unknown>();

  /** The service of this name; made by `make` when it is first asked for. @throws {BusError} `ENODEV` there is none */
  get(name: string, make?: () => unknown): unknown {
    if (this.#services.has(name)) return this.#services.get(name);
    if (make === undefined) {
      throw new BusError("ENODEV", `there is no service ${name}; load the module that provides it`, { op: "service" });
    }
    const service = make();
    this.#services.set(name, service);
    return service;
  }

  entries(): IterableIterator<[string, unknown]> {
    return this.#services.entries();
  }
}
