import {
  Bus,
  BusError,
  type Device,
  type Driver,
  type DriverCore,
  type DriverDefinition,
  type RegisterOptions,
} from "auxbus";
import { PciDevice, type PciDeviceId, type PciFunction } from "./pci-device.ts";

/** A driver of PCI functions. The probe gets the id-table entry that matched. */
export interface PciDriver extends DriverDefinition<PciDevice> {
  readonly idTable: readonly PciDeviceId[];
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
      PCI_CLASS: hex(code, 5),
      PCI_ID: `${hex(vendor, 4)}:${hex(id, 4)}`,
      PCI_SLOT_NAME: address,
      MODALIAS: `pci:v${hex(vendor, 8)}d${hex(id, 8)}sv00000000sd00000000bc${base}sc${sub}i${prog}`,
    };
  }

  override async register(definition: PciDriver, options: RegisterOptions): Promise<Driver> {
    if (this.findDriver(definition.name) === undefined) this.#tables.set(definition.name, definition.idTable);
    return super.register(definition, options);
  }

  /** Puts a function into a slot: hotplug. @throws {BusError} `EINVAL` for a bad address; `EEXIST` the slot is taken */
  async plug(fn: PciFunction): Promise<PciDevice> {
    const match = /^([0-9a-f]{4}:[0-9a-f]{2}):[0-9a-f]{2}\.[0-7]$/.exec(fn.address);
    if (match === null) {
      throw new BusError("EINVAL", `${fn.address} is no PCI address (such as 0000:00:1f.3)`, { op: "plug" });
    }
    const bridge = `pci${match[1]}`;
    let parent = this.#bridges.get(bridge);
    if (parent === undefined || parent.state !== "added") {
      parent = this.core.addRootDevice(bridge);
      this.#bridges.set(bridge, parent);
    }
    const device = new PciDevice(this, parent, fn);
    try {
      await device.add();
    } catch (error) {
      device.uninit();
      throw error;
    }
    return device;
  }
}
