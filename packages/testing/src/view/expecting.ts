import { BusError, errnoOf, toError } from "auxbus";

/** @throws {Error} `why`, unless it is so */
export function expectThat(isSo: boolean, why: string): asserts isSo {
  if (!isSo) throw new Error(why);
}

/** Whether two values are the same as data. */
export function sameData(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** With members in the order of their names. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

/** @throws {Error} it was not refused, with another error, or without naming what it is about */
export async function expectRefusal(
  what: string,
  promise: Promise<unknown>,
  codes: readonly string[],
  named: string,
): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expectThat(error !== undefined, `${what} is not refused`);
  expectThat(error instanceof BusError, `${what} fails with what is no BusError: ${toError(error).message}`);
  expectThat(codes.includes(errnoOf(error)), `${what} fails with ${error.code}, not with ${codes.join(" or ")}`);
  expectThat(error.message.includes(named), `${what} fails without naming ${named}: ${error.message}`);
}
