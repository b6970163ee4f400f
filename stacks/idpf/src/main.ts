import { BusError, driverDataOf, IdAllocator } from "auxbus";
import type { PciDriver } from "@auxbus/pci";
import { IntelNic } from "@auxbus/sim_intel_nic";
import { Adapter } from "./adapter.ts";

const INTEL = 0x8086;
const IDPF_PF = 0x1452;

/** The PCI driver of infrastructure data path functions. */
export function pciDriver(): PciDriver {
  const ids = new IdAllocator();

  return {
    name: "idpf",
    idTable: [{ vendor: INTEL, device: IDPF_PF }],

    async probe(device) {
      const { hardware } = device;
      if (!(hardware instanceof IntelNic) || hardware.model !== "e2100") {
        throw new BusError("ENODEV", `${device.name} is no function that this driver knows`, {
          op: "probe",
          device: device.name,
        });
      }
      const adapter = new Adapter(device, hardware, ids);
      device.driverData = adapter;
      try {
        await adapter.bringUp();
      } catch (error) {
        await adapter.takeDown();
        throw error;
      }
    },

    remove: (device) => driverDataOf(device, Adapter).takeDown(),
  };
}
