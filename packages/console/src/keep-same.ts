/** The new list with the objects of the old one where they are equal: what shows these is left as it is. */
export function keepSame<T extends object>(
  before: readonly T[],
  now: readonly T[],
  keyOf: (item: T) => string,
): readonly T[] {
  const old = new Map(before.map((item) => [keyOf(item), item]));
  return now.map((item) => {
    const same = old.get(keyOf(item));
    return same !== undefined && areEqual(same, item) ? same : item;
  });
}

function areEqual(a: object, b: object): boolean {
  const there: ReadonlyMap<string, unknown> = new Map(Object.entries(b));
  const mine: readonly [string, unknown][] = Object.entries(a);
  return mine.length === there.size && mine.every(([key, value]) => Object.is(there.get(key), value));
}
