import { type Attribute, BusError, flagAttribute, numberAttributes, storedText } from "auxbus";
import { COMMANDS, type CommandName } from "./commands.ts";
import type { HcaFaults } from "./faults.ts";
import type { Hca } from "./hca.ts";

/** Numbers: the files' names, and the faults that they set. */
const NUMBERS = {
  command_latency: "commandLatency",
  event_delay: "eventDelay",
  pci_dead_time: "pciDeadTime",
  syndrome_sticks: "syndromeSticks",
} as const satisfies Readonly<Record<string, keyof HcaFaults>>;

/** Files to make a function fail, and to see how it is: for somebody who has only a shell. */
export function hcaKnobs(hca: Hca): Readonly<Record<string, Attribute>> {
  return {
    ...numberAttributes(hca.faults, NUMBERS),
    cable: flagAttribute(
      "cable",
      () => hca.linkUp,
      (plugged) => hca.card.setCable(hca.port, plugged),
    ),
    fail_command: {
      show: () => [...hca.faults.failCommands].map(([name, times]) => `${name} ${times}\n`).join(""),
      store(text) {
        const [name = "", times = "1"] = storedText("fail_command", /^[A-Z_]+(?: \d+)?$/, text).split(" ");
        hca.faults.failCommands.set(commandName(name), Number(times));
      },
    },
    fatal: {
      show: () => `${hca.syndrome}\n`,
      store: (text) => hca.injectFatal(Number(storedText("fatal", /^[1-9]\d*$/, text))),
    },
    firmware_waits: flagAttribute(
      "firmware_waits",
      () => hca.card.firmwareWaits,
      (waits) => void (hca.card.firmwareWaits = waits),
    ),
    lag: { show: () => `${hca.card.lag ? 1 : 0}\n` },
    rdma_objects: {
      show: () =>
        `${Object.entries(hca.rdma.counts())
          .map(([what, count]) => `${what} ${count}`)
          .join(" ")}\n`,
    },
    state: { show: () => `${hca.state}\n` },
  };
}

function commandName(text: string): CommandName {
  const name = COMMANDS.find((command) => command === text);
  if (name !== undefined) return name;
  throw new BusError("EINVAL", `the firmware has no command ${text}; it has ${COMMANDS.join(", ")}`, { op: "store" });
}
