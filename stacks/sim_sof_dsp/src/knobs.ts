import { type Attribute, flagAttribute, numberAttributes, storedText } from "auxbus";
import type { SimulatedDsp } from "./dsp.ts";
import type { DspFaults } from "./faults.ts";

/** Whole numbers: the files' names, and the faults that they set. */
const COUNTS = {
  drop_replies: "dropReplies",
  error_replies: "errorReplies",
  error_code: "errorCode",
  panic_after: "panicAfter",
  fail_loads: "failLoads",
  fail_boots: "failBoots",
  bad_readies: "badReadies",
} as const satisfies Readonly<Record<string, keyof DspFaults>>;

/** Files to turn a DSP's faults and latency with, and to see how it is: for somebody who has only a shell. */
export function dspKnobs(dsp: SimulatedDsp): Readonly<Record<string, Attribute>> {
  return {
    ...numberAttributes(dsp.faults, COUNTS, /^-?\d+$/),
    no_streams: flagAttribute(
      "no_streams",
      () => dsp.faults.noStreams,
      (none) => void (dsp.faults.noStreams = none),
    ),
    latency: {
      show: () => (typeof dsp.latency === "function" ? "a function\n" : `${dsp.latency.join(" ")}\n`),
      store: (text) => {
        const [low = 0, high = low] = storedText("latency", /^\d+(\.\d+)?( \d+(\.\d+)?)?$/, text)
          .split(" ")
          .map(Number);
        dsp.latency = [low, Math.max(low, high)];
      },
    },
    panic: { store: () => dsp.panic() },
    state: { show: () => `${dsp.state}\n` },
    boots: { show: () => `${dsp.boots}\n` },
    messages: { show: () => `${dsp.messages}\n` },
    free_streams: { show: () => `${dsp.freeStreams}\n` },
  };
}
