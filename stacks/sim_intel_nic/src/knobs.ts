import { type Attribute, BusError, flagAttribute, numberAttributes, storedText } from "auxbus";
import type { IntelNic } from "./intel-nic.ts";
import { RDMA_STAGES } from "./rdma-block.ts";

/** Numbers: the files' names, and the faults that they set. */
const NUMBERS = {
  fail_qsets: "failQsets",
  fail_resets: "failResets",
  reset_latency: "resetLatency",
} as const satisfies Readonly<Record<string, keyof IntelNic["faults"]>>;

/** Files to make a function fail, and to see how it is: for somebody who has only a shell. */
export function intelKnobs(nic: IntelNic): Readonly<Record<string, Attribute>> {
  return {
    ...numberAttributes(nic.faults, NUMBERS),
    cable: flagAttribute(
      "cable",
      () => nic.port.linkUp,
      (plugged) => nic.port.setCable(plugged),
    ),
    dcb_classes: { store: (text) => nic.changeDcb(Number(storedText("dcb_classes", /^[1-8]$/, text))) },
    fail_stage: {
      show: () => [...nic.port.rdma.faults.failStages].map(([stage, times]) => `${stage} ${times}\n`).join(""),
      store(text) {
        const [name, times = "1"] = storedText("fail_stage", /^[a-z0-9]+(?: \d+)?$/, text).split(" ");
        const stage = RDMA_STAGES.find((known) => known === name);
        if (stage === undefined)
          throw new BusError("EINVAL", `there is no stage ${name ?? ""}; there are ${RDMA_STAGES.join(", ")}`);
        nic.port.rdma.faults.failStages.set(stage, Number(times));
      },
    },
    oicr: {
      store(text) {
        const [reg = "0", code = "0"] = storedText("oicr", /^(?:0x)?[0-9a-f]+(?: (?:0x)?[0-9a-f]+)?$/, text).split(" ");
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
    resets: { show: () => `${nic.resets}\n` },
  };
}
