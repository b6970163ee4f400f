/** Some things, those that follow from them, what follows from those, and so on; each once. */
export function closure<T>(first: readonly T[], next: (thing: T) => readonly T[]): readonly T[] {
  const all = new Set(first);
  for (const thing of all) for (const other of next(thing)) all.add(other);
  return [...all];
}
