import {
  Bus,
  BusError,
  type Device,
  type Driver,
  type DriverCore,
  type DriverDefinition,
  type DriverPmOps,
  type RegisterOptions,
} from "auxbus";
import { type PciChannelState, type PciErrorHandlers, recover } from "./aer.ts";
import { PciDevice, type PciDeviceId, type PciFunction } from "./pci-device.ts";

/** A driver of PCI functions. The probe gets the id-table entry that matched. */
export interface PciDriver extends DriverDefinition<PciDevice> {
  readonly idTable: readonly PciDeviceId[];
  readonly errorHandlers?: PciErrorHandlers;
}

const instances = new WeakMap<DriverCore, PciBus>();

/** The PCI bus: functions at addresses below a host bridge, matched by vendor and device. */
export class PciBus extends Bus<PciDevice> {
  readonly #tables = new Map<string, readonly PciDeviceId[]>();
  readonly #bridges = new Map<string, Device>();

  private constructor() {
    super("pci");
  }

  /** The one that belongs to a core; added when it is first asked for. */
  static of(core: DriverCore): PciBus {
    let bus = instances.get(core);
    if (bus === undefined) {
      bus = core.addBus(new PciBus());
      instances.set(core, bus);
    }
    return bus;
  }

  override match(device: PciDevice, driver: Driver): unknown {
    const { vendor, device: id } = device.function;
    return this.#tables.get(driver.name)?.find((entry) => entry.vendor === vendor && entry.device === id) ?? false;
  }

  override ueventEnv(device: PciDevice): Record<string, string> {
    const { address, vendor, device: id, class: code } = device.function;
    const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, "0");
    const [base, sub, prog] = [code >> 16, (code >> 8) & 0xff, code & 0xff].map((part) => hex(part, 2));
    return {
      PCI_CLASS: hex(code, 4),
      PCI_ID: `${hex(vendor, 4)}:${hex(id, 4)}`,
      PCI_SLOT_NAME: address,
      MODALIAS: `pci:v${hex(vendor, 8)}d${hex(id, 8)}sv00000000sd00000000bc${base}sc${sub}i${prog}`,
    };
  }

  /** Nothing sleeps while its driver is being removed, as in the kernel's `pci_device_remove`. */
  override async remove(device: PciDevice, driver: Driver): Promise<void> {
    device.runtimePm.getNoResume();
    try {
      await super.remove(device, driver);
    } finally {
      device.runtimePm.putNoIdle();
    }
  }

  override async register(definition: PciDriver, options: RegisterOptions): Promise<Driver> {
    if (this.findDriver(definition.name) === undefined) this.#tables.set(definition.name, definition.idTable);
    const { pm } = definition;
    return super.register(pm === undefined ? definition : { ...definition, pm: wakeBeforeSuspend(pm) }, options);
  }

  /** Puts a function into a slot: hotplug. @throws {BusError} `EINVAL` for a bad address; `EEXIST` the slot is taken */
  async plug(fn: PciFunction): Promise<PciDevice> {
    const match = /^([0-9a-f]{4}:[0-9a-f]{2}):[01][0-9a-f]\.[0-7]$/.exec(fn.address);
    if (match === null) {
      throw new BusError("EINVAL", `${fn.address} is no PCI address (such as 0000:00:1f.3)`, { op: "plug" });
    }
    const device = new PciDevice(this, this.#bridge(`pci${match[1]}`), fn);
    try {
      await device.add();
    } catch (error) {
      device.uninit();
      throw error;
    }
    return device;
  }

  /**
   * A device has reported an error (AER): its driver recovers it.
   *
   * @throws {BusError} `ENODEV` it was not recovered
   */
  async reportError(device: PciDevice, state: PciChannelState): Promise<void> {
    const { log } = this.core;
    log.warn(`${device.name}: AER: ${state === "normal" ? "non-fatal" : "fatal"} error`, { device: device.name });
    await recover(this, device, state);
    log.info(`${device.name}: AER: device recovery successful`, { device: device.name });
  }

  /** The host bridge of this name; it stays, once it was needed. */
  #bridge(name: string): Device {
    const known = this.#bridges.get(name);
    if (known?.state === "added") return known;
    const bridge = this.core.addRootDevice(name);
    this.#bridges.set(name, bridge);
    return bridge;
  }
}

/**
 * A device that sleeps is woken before a system suspend, as in the kernel's `pci_pm_suspend`: so the driver's
 * `resume` afterwards and what runtime PM knows agree.
 */
function wakeBeforeSuspend(pm: DriverPmOps<PciDevice>): DriverPmOps<PciDevice> {
  return {
    ...pm,
    async suspend(device) {
      await device.runtimePm.resume().catch(() => undefined);
      await pm.suspend?.(device);
    },
  };
}
