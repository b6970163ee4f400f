import { driverDataOf, IdAllocator } from "auxbus";
import { hardwareOf, type PciDriver } from "@auxbus/pci";
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
      const hardware = hardwareOf(device, IntelNic, "function", ({ model }) => model === "e2100");
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
