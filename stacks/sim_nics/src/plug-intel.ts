import type { DriverCore } from "auxbus";
import { Dma, PciBus, type PciDevice } from "@auxbus/pci";
import { intelKnobs, type IntelModel, IntelNic } from "@auxbus/sim_intel_nic";
import type { EthernetSwitch } from "@auxbus/sim_net";

/** A function in its slot. */
export interface PluggedIntel {
  readonly nic: IntelNic;
  readonly device: PciDevice;
}

export interface PlugIntelOptions {
  readonly model: IntelModel;
  /** How many physical functions (1). */
  readonly functions?: number;
  /** Address without function; each model has its own. */
  readonly slot?: string;
  /** The last bytes of the MAC addresses (1); cards on one network need different ones. */
  readonly serial?: number;
  /** E2100: virtual ports of each function (2). */
  readonly vports?: number;
  /** What is wrong with a function from the start. */
  readonly prepare?: (nic: IntelNic) => void;
}

const MODELS = {
  x710: { device: 0x1572, slot: "0000:18:00" },
  e810: { device: 0x1592, slot: "0000:3b:00" },
  e2100: { device: 0x1452, slot: "0000:5e:00" },
} as const;

/**
 * Plugs an Intel network card into the simulated PCI bus, one function after the other. Its knobs are files in the
 * folders `simulated` of the functions.
 *
 * @param network the switch that its ports are cabled to
 */
export async function plugIntel(
  core: DriverCore,
  network: EthernetSwitch,
  { model, functions = 1, slot = MODELS[model].slot, serial = 1, vports = 2, prepare }: PlugIntelOptions,
): Promise<PluggedIntel[]> {
  const plugged: PluggedIntel[] = [];
  for (let pfId = 0; pfId < functions; pfId++) {
    const nic = new IntelNic(core.runtime, Dma.of(core), network, {
      model,
      pfId,
      serial,
      vports: model === "e2100" ? vports : 1,
    });
    prepare?.(nic);
    const device = await PciBus.of(core).plug({
      address: `${slot}.${pfId}`,
      vendor: 0x8086,
      device: MODELS[model].device,
      class: 0x02_0000,
      hardware: nic,
      attributes: { simulated: intelKnobs(nic) },
    });
    plugged.push({ nic, device });
  }
  return plugged;
}
