export { type DspInterrupt, type DspOptions, type DspState, SimulatedDsp } from "./dsp.ts";
export type { DspFaults } from "./faults.ts";
export { type FirmwareProbes } from "./firmware-probes.ts";
export { dspKnobs } from "./knobs.ts";
export { type Latency, longTail } from "./latency.ts";
export { Random } from "./random.ts";
