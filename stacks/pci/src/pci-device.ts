import { type Attributes, Device, type Done } from "auxbus";
import type { PciBus } from "./pci-bus.ts";

/** What a driver's id table names. */
export interface PciDeviceId {
  readonly vendor: number;
  readonly device: number;
  /** Handed to the probe. */
  readonly data?: unknown;
}

/** What sits in a slot. */
export interface PciFunction {
  /** `domain:bus:device.function`, such as `0000:00:1f.3`. */
  readonly address: string;
  readonly vendor: number;
  readonly device: number;
  /** 24 bits; 0x040100 is an audio device. */
  readonly class: number;
  /** What is behind its registers: the simulated hardware. */
  readonly hardware: unknown;
  /** What a reset of the slot does to it. */
  resetSlot?(): Done;
  /** Files of its own, beside `vendor`, `device` and `class`. */
  readonly attributes?: Attributes;
}

/** A function on the PCI bus. */
export class PciDevice extends Device {
  readonly function: PciFunction;

  constructor(bus: PciBus, parent: Device, fn: PciFunction) {
    super(bus.core, {
      name: fn.address,
      parent,
      bus,
      attributes: {
        ...fn.attributes,
        vendor: { show: () => `${hex(fn.vendor, 4)}\n` },
        device: { show: () => `${hex(fn.device, 4)}\n` },
        class: { show: () => `${hex(fn.class, 6)}\n` },
      },
    });
    this.function = fn;
  }

  /** What is behind the function's registers. */
  get hardware(): unknown {
    return this.function.hardware;
  }
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}
