import { BusError, type ModuleParams, systemRuntime } from "auxbus";
import { dspKnobs, type DspOptions, SimulatedDsp } from "@auxbus/sim_sof_dsp";

/** What the module's parameters say. */
export interface MachineParams {
  /** Milliseconds between things that somebody does with the DSP; 0: nothing. */
  readonly life: number;
  readonly options: DspOptions;
  /** What is written to the knobs of every DSP that is plugged in. */
  readonly knobs: Readonly<Record<string, string>>;
}

/** @throws {BusError} `EINVAL` a parameter that the DSP has no knob for */
export function parseParams(params: ModuleParams): MachineParams {
  const { life, boot_time: bootTime, streams, seed, ...knobs } = params;
  const known = Object.entries(dspKnobs(new SimulatedDsp(systemRuntime)))
    .filter(([, knob]) => "show" in knob && "store" in knob)
    .map(([name]) => name);
  for (const name of Object.keys(knobs)) {
    if (known.includes(name)) continue;
    throw new BusError(
      "EINVAL",
      `no parameter ${name}; there are life, boot_time, streams, seed, ${known.join(", ")}`,
      { op: "init" },
    );
  }
  return {
    life: Number(life ?? 0),
    options: {
      ...(bootTime === undefined ? {} : { bootTime: Number(bootTime) }),
      ...(streams === undefined ? {} : { streams: Number(streams) }),
      ...(seed === undefined ? {} : { seed: Number(seed) }),
    },
    knobs: Object.fromEntries(Object.entries(knobs).map(([name, value]) => [name, String(value)])),
  };
}
