import { BusError, systemRuntime } from "auxbus";
import { dspKnobs, type DspOptions, SimulatedDsp } from "@auxbus/sim_sof_dsp";

/** What the module's parameters say. */
export interface MachineParams {
  /** Milliseconds between things that somebody does with the DSP; 0: nothing. */
  readonly life: number;
  readonly options: DspOptions;
  /** What is written to the knobs of every DSP that is plugged in. */
  readonly knobs: Readonly<Record<string, string>>;
}

/** @throws {BusError} `EINVAL` an unknown parameter, or one that should be a number and is none */
export function parseParams(params: Readonly<Record<string, string>>): MachineParams {
  const { life, boot_time: bootTime, streams, seed, ...knobs } = params;
  const known = Object.entries(dspKnobs(new SimulatedDsp(systemRuntime)))
    .filter(([, knob]) => "show" in knob && "store" in knob)
    .map(([name]) => name);
  for (const name of Object.keys(knobs)) {
    if (known.includes(name)) continue;
    throw fail(`no parameter ${name}; there are life, boot_time, streams, seed, ${known.join(", ")}`);
  }
  return {
    life: life === undefined ? 0 : number("life", life),
    options: {
      ...(bootTime === undefined ? {} : { bootTime: number("boot_time", bootTime) }),
      ...(streams === undefined ? {} : { streams: number("streams", streams) }),
      ...(seed === undefined ? {} : { seed: number("seed", seed) }),
    },
    knobs,
  };
}

function number(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw fail(`parameter ${name} is a number, not ${JSON.stringify(text)}`);
  return Number(text);
}

function fail(message: string): BusError {
  return new BusError("EINVAL", message, { op: "init" });
}
