import { Random } from "./random.ts";

/** What a random scenario is about. */
export const FAMILIES = [
  "plain",
  "power",
  "runtime",
  "deferral",
  "links",
  "async",
  "mixed",
  "created",
  "together",
  "shutdown",
] as const;

export type Family = (typeof FAMILIES)[number];

/** Families in which something runs beside the commands, and comes to rest before the next. */
export const BESIDE: ReadonlySet<Family> = new Set<Family>([
  "runtime",
  "deferral",
  "links",
  "async",
  "mixed",
  "together",
]);

/** Of so many scenarios, how many are of a family. Each shutdown takes a boot, and is asked for by itself. */
const SHARES: Readonly<Record<Exclude<Family, "shutdown">, number>> = {
  plain: 18,
  power: 12,
  runtime: 14,
  deferral: 12,
  links: 14,
  async: 8,
  mixed: 12,
  created: 8,
  together: 4,
};

/** The family of a seed, among those that a kernel can have. */
export function familyOf(seed: number, families: readonly Family[]): Family {
  const shares = families.flatMap((family) => {
    return family === "shutdown" ? [] : Array.from({ length: SHARES[family] }, () => family);
  });
  return shares.length === 0 ? (families[0] ?? "plain") : new Random(seed ^ 0x5eed).pick(shares);
}
