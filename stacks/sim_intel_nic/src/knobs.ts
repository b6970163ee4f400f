import { type Attribute, BusError } from "auxbus";
import type { IntelNic } from "./intel-nic.ts";
import { RDMA_STAGES } from "./rdma-block.ts";

/** Files to make a function fail, and to see how it is: for somebody who has only a shell. */
export function intelKnobs(nic: IntelNic): Readonly<Record<string, Attribute>> {
  const { faults } = nic;
  const number = (name: string, get: () => number, set: (value: number) => void): Attribute => ({
    show: () => `${get()}\n`,
    store: (text) => set(Number(parse(name, /^\d+(?:\.\d+)?$/, text))),
  });
  return {
    cable: {
      show: () => `${nic.port.linkUp ? 1 : 0}\n`,
      store: (text) => nic.port.setCable(parse("cable", /^[01]$/, text) === "1"),
    },
    dcb_classes: { store: (text) => nic.changeDcb(Number(parse("dcb_classes", /^[1-8]$/, text))) },
    fail_qsets: number(
      "fail_qsets",
      () => faults.failQsets,
      (value) => void (faults.failQsets = value),
    ),
    fail_resets: number(
      "fail_resets",
      () => faults.failResets,
      (value) => void (faults.failResets = value),
    ),
    fail_stage: {
      show: () => [...nic.port.rdma.faults.failStages].map(([stage, times]) => `${stage} ${times}\n`).join(""),
      store(text) {
        const [name, times = "1"] = parse("fail_stage", /^[a-z0-9]+(?: \d+)?$/, text).split(" ");
        const stage = RDMA_STAGES.find((known) => known === name);
        if (stage === undefined)
          throw new BusError("EINVAL", `there is no stage ${name ?? ""}; there are ${RDMA_STAGES.join(", ")}`);
        nic.port.rdma.faults.failStages.set(stage, Number(times));
      },
    },
    oicr: {
      store(text) {
        const [reg = "0", code = "0"] = parse("oicr", /^(?:0x)?[0-9a-f]+(?: (?:0x)?[0-9a-f]+)?$/, text).split(" ");
        nic.raise(Number(reg), Number(code));
      },
    },
    rdma_objects: {
      show: () =>
        `${Object.entries(nic.port.rdma.counts())
          .map(([what, count]) => `${what} ${count}`)
          .join(" ")}\n`,
    },
    rdma_stages: { show: () => `${nic.port.rdma.stages().join(" ")}\n` },
    reset_latency: number(
      "reset_latency",
      () => faults.resetLatency,
      (value) => void (faults.resetLatency = value),
    ),
    resets: { show: () => `${nic.resets}\n` },
  };
}

function parse(name: string, form: RegExp, text: string): string {
  if (form.test(text)) return text;
  throw new BusError("EINVAL", `${JSON.stringify(text)} is nothing that ${name} could be`, { op: "store" });
}
