import type { DriverCore } from "auxbus";
import { PciBus, type PciDevice } from "@auxbus/pci";
import { dspKnobs, type DspOptions, SimulatedDsp } from "@auxbus/sim_sof_dsp";

/**
 * Plugs the audio DSP of a Tiger Lake machine into the simulated PCI bus. Its knobs are files in the folder
 * `simulated` of the PCI function.
 *
 * @param knobs written before anybody sees the DSP
 * @throws {BusError} `EINVAL` something that its knob does not take; else as `PciBus.plug`
 */
export async function plugDsp(
  core: DriverCore,
  options?: DspOptions,
  knobs: Readonly<Record<string, string>> = {},
): Promise<PciDevice> {
  const dsp = new SimulatedDsp(core.runtime, options);
  const simulated = dspKnobs(dsp);
  for (const [name, value] of Object.entries(knobs)) await simulated[name]?.store?.(value);
  return PciBus.of(core).plug({
    address: "0000:00:1f.3",
    vendor: 0x8086,
    device: 0xa0c8,
    class: 0x040100,
    hardware: dsp,
    attributes: { simulated },
  });
}
