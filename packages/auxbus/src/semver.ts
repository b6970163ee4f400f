export function satisfies(version: string, range: string): boolean {
  return version === range;
}
export function parseRange(range: string): string {
  return range;
}
