import process from "node:process";
import { BusError } from "auxbus";
import { Random } from "@auxbus/sim_sof_dsp";
import { expect } from "vitest";
import type { Rig } from "./rig.ts";

/**
 * Ten seeds of a thousand steps, or as many as `AUXBUS_SOAK_SEEDS` says; fewer where drivers are in workers, which take
 * their time.
 */
export const SEEDS: readonly number[] = Array.from({ length: seeds() }, (_, i) => i + 1);
export const STEPS: number = isolated() ? 100 : 1000;

function seeds(): number {
  return Number(process.env["AUXBUS_SOAK_SEEDS"] ?? (isolated() ? 2 : 10));
}

function isolated(): boolean {
  return process.env["AUXBUS_TEST_ISOLATION"] !== undefined;
}

/** Picks one of some, at random. */
export type Pick = <T>(items: readonly T[]) => T;

/** Something that a user, an operator or the hardware may do. It may fail, as a `BusError`. */
export type Act = (pick: Pick, random: Random) => Promise<unknown> | void;

export interface Soak {
  readonly rig: Rig;
  readonly seed: number;
  readonly acts: readonly Act[];
  /** Turned now and then, at no cost. */
  readonly knobs: readonly Act[];
}

/** Does things at random, many at the same time, and waits until all have ended. */
export async function soak({ rig, seed, acts, knobs }: Soak): Promise<void> {
  const random = new Random(seed);
  const pick: Pick = (items) => {
    const item = items[Math.floor(random.next() * items.length)];
    if (item === undefined) throw new BusError("ENOENT", "there is nothing to pick from");
    return item;
  };
  const going = new Set<Promise<unknown>>();
  const failures: { readonly step: number; readonly error: unknown }[] = [];
  for (let step = 0; step < STEPS; step++) {
    const act = random.next() < 0.25 ? pick(knobs) : pick(acts);
    const done = act(pick, random);
    if (done !== undefined) {
      const action: Promise<unknown> = done
        .catch((error: unknown) => {
          if (!(error instanceof BusError)) failures.push({ step, error });
        })
        .finally(() => going.delete(action));
      going.add(action);
    }
    // Most at once, so that they meet; now and then everything comes to an end.
    const pause = random.next();
    if (pause < 0.05) await rig.pass(random.between(100, 5000));
    else if (pause < 0.5) await rig.pass(random.between(0, 20));
  }
  if (rig.core.power.suspended) await rig.run(rig.core.power.resume());
  await rig.run(Promise.all(going), 1_000_000);
  expect(failures).toEqual([]);
  if (rig.core.power.suspended) await rig.run(rig.core.power.resume());
}
