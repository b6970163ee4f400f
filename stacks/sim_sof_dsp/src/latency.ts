import type { Random } from "./random.ts";

/** How long the mailbox takes to answer, in milliseconds: evenly between two bounds, or as a function draws it. */
export type Latency = readonly [low: number, high: number] | ((random: Random) => number);

export function drawLatency(latency: Latency, random: Random): number {
  return typeof latency === "function" ? Math.max(0, latency(random)) : random.between(...latency);
}

/** Mostly `typical`, with a long tail: one answer in `rarity` takes `tail` times as long. */
export function longTail(typical: number, tail: number, rarity: number): (random: Random) => number {
  return (random) => typical * random.between(0.5, 1.5) * (random.next() * rarity < 1 ? tail : 1);
}
