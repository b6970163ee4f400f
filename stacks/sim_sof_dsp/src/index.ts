export { type DspFaults, type DspInterrupt, type DspOptions, SimulatedDsp } from "./dsp.ts";
export { FirmwareProbes } from "./firmware-probes.ts";
export { Random } from "./random.ts";
