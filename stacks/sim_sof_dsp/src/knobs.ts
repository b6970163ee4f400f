import { type Attribute, BusError } from "auxbus";
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
    ...Object.fromEntries(Object.entries(COUNTS).map(([name, fault]) => [name, count(dsp, name, fault)])),
    no_streams: {
      show: () => `${dsp.faults.noStreams ? 1 : 0}\n`,
      store: (text) => {
        dsp.faults.noStreams = parse("no_streams", /^[01]$/, text) === "1";
      },
    },
    latency: {
      show: () => (typeof dsp.latency === "function" ? "a function\n" : `${dsp.latency.join(" ")}\n`),
      store: (text) => {
        const [low = 0, high = low] = parse("latency", /^\d+(\.\d+)?( \d+(\.\d+)?)?$/, text)
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

function count(dsp: SimulatedDsp, name: string, fault: (typeof COUNTS)[keyof typeof COUNTS]): Attribute {
  return {
    show: () => `${dsp.faults[fault]}\n`,
    store: (text) => {
      dsp.faults[fault] = Number(parse(name, /^-?\d+$/, text));
    },
  };
}

function parse(name: string, form: RegExp, text: string): string {
  if (form.test(text)) return text;
  throw new BusError("EINVAL", `${JSON.stringify(text)} is nothing that ${name} could be`, { op: "store" });
}
