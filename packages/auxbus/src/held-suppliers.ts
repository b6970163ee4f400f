import type { Device } from "./device.ts";
import type { DeviceLink } from "./links.ts";

/** The suppliers that a device keeps active by its `pmRuntime` links (the kernel's `rpm_active` of a link). */
export class HeldSuppliers {
  readonly #device: Device;
  readonly #links = new Set<DeviceLink>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** Resumes the suppliers that are not held yet. @throws what resuming one throws; those before it are held */
  async hold(): Promise<void> {
    for (const link of this.#device.extras?.suppliers ?? []) {
      if (!link.pmRuntime || this.#links.has(link)) continue;
      this.#links.add(link);
      const { runtimePm } = link.supplier;
      if (runtimePm.enabled) await runtimePm.getSync();
      else runtimePm.getNoResume();
    }
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
