import { type Attribute, BusError } from "auxbus";
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
    ...Object.fromEntries(Object.entries(NUMBERS).map(([name, fault]) => [name, number(hca, name, fault)])),
    cable: {
      show: () => `${hca.linkUp ? 1 : 0}\n`,
      store: (text) => hca.card.setCable(hca.port, parse("cable", /^[01]$/, text) === "1"),
    },
    fail_command: {
      show: () => [...hca.faults.failCommands].map(([name, times]) => `${name} ${times}\n`).join(""),
      store(text) {
        const [name = "", times = "1"] = parse("fail_command", /^[A-Z_]+(?: \d+)?$/, text).split(" ");
        hca.faults.failCommands.set(commandName(name), Number(times));
      },
    },
    fatal: {
      show: () => `${hca.syndrome}\n`,
      store: (text) => hca.injectFatal(Number(parse("fatal", /^[1-9]\d*$/, text))),
    },
    firmware_waits: {
      show: () => `${hca.card.firmwareWaits ? 1 : 0}\n`,
      store(text) {
        hca.card.firmwareWaits = parse("firmware_waits", /^[01]$/, text) === "1";
      },
    },
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

function number(hca: Hca, name: string, fault: (typeof NUMBERS)[keyof typeof NUMBERS]): Attribute {
  return {
    show: () => `${hca.faults[fault]}\n`,
    store(text) {
      hca.faults[fault] = Number(parse(name, /^\d+(?:\.\d+)?$/, text));
    },
  };
}

function commandName(text: string): CommandName {
  const name = COMMANDS.find((command) => command === text);
  if (name !== undefined) return name;
  throw new BusError("EINVAL", `the firmware has no command ${text}; it has ${COMMANDS.join(", ")}`, { op: "store" });
}

function parse(name: string, form: RegExp, text: string): string {
  if (form.test(text)) return text;
  throw new BusError("EINVAL", `${JSON.stringify(text)} is nothing that ${name} could be`, { op: "store" });
}
