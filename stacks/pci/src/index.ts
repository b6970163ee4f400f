export type { PciChannelState, PciErrorHandlers, PciErsResult } from "./aer.ts";
export { Dma } from "./dma.ts";
export { hardwareOf } from "./hardware-of.ts";
export { PciBus, type PciDriver } from "./pci-bus.ts";
export { PciDevice, type PciDeviceId, type PciFunction } from "./pci-device.ts";
