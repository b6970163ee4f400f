import { type BusView, toError } from "auxbus";
import { EVENT_PROMISES } from "./event-promises.ts";
import { FILE_PROMISES } from "./file-promises.ts";
import { LIST_PROMISES } from "./list-promises.ts";
import { REFUSAL_PROMISES } from "./refusal-promises.ts";

/** Something that every view of buses keeps, whatever is behind it. */
export interface ViewPromise {
  /** What is promised, in a line. */
  readonly name: string;
  /** @throws {Error} what is otherwise */
  check(this: void, view: BusView): Promise<void>;
}

/** A promise that a view does not keep. */
export interface BrokenViewPromise {
  readonly name: string;
  readonly why: string;
}

/**
 * What tools rely on when they look at buses through a `BusView`. Nothing is changed by checking. What is behind the
 * view must stand still meanwhile, and should have a bound device and one without driver: else some are kept easily.
 */
export const VIEW_PROMISES: readonly ViewPromise[] = [
  ...LIST_PROMISES,
  ...FILE_PROMISES,
  ...REFUSAL_PROMISES,
  ...EVENT_PROMISES,
];

/** Checks all promises of `BusView` on one. @returns those that it does not keep */
export async function checkView(view: BusView): Promise<readonly BrokenViewPromise[]> {
  const broken: BrokenViewPromise[] = [];
  for (const { name, check } of VIEW_PROMISES) {
    try {
      await check(view);
    } catch (error) {
      broken.push({ name, why: toError(error).message });
    }
  }
  return broken;
}
