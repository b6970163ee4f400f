import type { Device, Parked } from "./api.ts";

/** How a device is shown, everywhere alike. */
export const STATES = ["absent", "unbound", "deferred", "probing", "bound", "suspended", "crashed"] as const;

export type State = (typeof STATES)[number];

/** Stands beside the colour, for those who cannot tell it. */
export const LETTERS: Readonly<Record<State, string>> = {
  absent: "–",
  unbound: "U",
  deferred: "D",
  probing: "P",
  bound: "B",
  suspended: "S",
  crashed: "C",
};

/** Null: it is on no bus, and no driver is ever bound to it. */
export function stateOf({ bus, state, runtimeStatus }: Device, parked: Parked | undefined): State | null {
  if (bus === null) return null;
  if (parked?.by === "crash") return "crashed";
  return state === "bound" && runtimeStatus === "suspended" ? "suspended" : state;
}
