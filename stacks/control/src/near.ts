/** Longer than anything that is mistyped. */
const MOST_CHARACTERS = 200;

/** How many are named at most. */
const MOST_NAMES = 5;

/** Which of `names` may have been meant, the most likely first. */
export function near(name: string, names: readonly string[]): string[] {
  if (name.length > MOST_CHARACTERS) return [];
  return names
    .map((candidate) => ({ candidate, distance: candidate.startsWith(`${name} `) ? 0 : distance(name, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(name.length, candidate.length) / 3)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, MOST_NAMES)
    .map(({ candidate }) => candidate);
}

/** How many characters have to be added, left out, replaced or swapped with their neighbour to get to the other one. */
function distance(from: string, to: string): number {
  let [before, row]: number[][] = [[], Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = at(row, j - 1) + (to[j - 1] === from[i - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && to[j - 1] === from[i - 2] && to[j - 2] === from[i - 1] ? at(before, j - 2) + 1 : Infinity;
      next.push(Math.min(replaced, swapped, at(row, j) + 1, at(next, j - 1) + 1));
    }
    [before, row] = [row, next];
  }
  return at(row, to.length);
}

function at(row: readonly number[] | undefined, column: number): number {
  return row?.[column] ?? Infinity;
}
