import type { CommandName } from "./commands.ts";

/** What can be made to go wrong, and how long things take. Change it at any time. */
export interface HcaFaults {
  /** How many more times a command fails. */
  readonly failCommands: Map<CommandName, number>;
  /** Milliseconds that a command takes. */
  commandLatency: number;
  /** Milliseconds until the driver hears of an event. */
  eventDelay: number;
  /** Milliseconds after a reset in which the function does not answer. */
  pciDeadTime: number;
  /** How many more resets do not help a firmware that has failed. */
  syndromeSticks: number;
}

export function noFaults(): HcaFaults {
  return { failCommands: new Map(), commandLatency: 0.1, eventDelay: 0, pciDeadTime: 5, syndromeSticks: 0 };
}
