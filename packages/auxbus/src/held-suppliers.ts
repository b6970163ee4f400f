import type { Device } from "./device.ts";
import type { DeviceLink } from "./links.ts";
import { after, eachInTurn, type MaybePromise } from "./maybe-promise.ts";

/** The suppliers that a device keeps active by its `pmRuntime` links (the kernel's `rpm_active` of a link). */
export class HeldSuppliers {
  readonly #device: Device;
  readonly #links = new Set<DeviceLink>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** Resumes the suppliers that are not held yet. @throws what resuming one throws; those before it are held */
  hold(): MaybePromise<void> {
    const { suppliers } = this.#device.extras ?? {};
    if (suppliers === null || suppliers === undefined) return undefined;
    return eachInTurn(suppliers.values(), (link) => {
      if (!link.pmRuntime || this.#links.has(link)) return undefined;
      this.#links.add(link);
      const { runtimePm } = link.supplier;
      if (runtimePm.enabled) return after(runtimePm.acquire(), () => undefined);
      runtimePm.getNoResume();
      return undefined;
    });
  }

  /** Lets all of them go. */
  release(): void {
    for (const link of this.#links) link.supplier.runtimePm.put();
    this.#links.clear();
  }

  /** A link was made to a supplier that the device needs at once. */
  add(link: DeviceLink): void {
    this.#links.add(link);
    link.supplier.runtimePm.get();
  }

  /** A link is gone: lets its supplier go, if it was held. */
  delete(link: DeviceLink): void {
    if (this.#links.delete(link)) link.supplier.runtimePm.put();
  }
}
