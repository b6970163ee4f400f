export { PciBus, type PciDriver } from "./pci-bus.ts";
export { PciDevice, type PciDeviceId, type PciFunction } from "./pci-device.ts";
