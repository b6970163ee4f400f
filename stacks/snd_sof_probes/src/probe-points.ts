import { BusError } from "auxbus";

export interface ProbePoint {
  readonly id: number;
  readonly purpose: number;
  /** Node that the data goes to. */
  readonly tag: number;
}

/** One line a point, as `sof/probe_points` shows them. */
export function formatPoints(points: readonly ProbePoint[]): string {
  const hex = (n: number): string => n.toString(16);
  return points
    .map(({ id, purpose, tag }) => `Id: 0x${hex(id).padStart(8, "0")}  Purpose: ${purpose}  Node id: 0x${hex(tag)}\n`)
    .join("");
}

/** Points as they are written: id,purpose,tag and so on. @throws {BusError} `EINVAL` */
export function parsePoints(text: string): ProbePoint[] {
  const numbers = parseNumbers(text);
  if (numbers.length % 3 !== 0) {
    throw new BusError("EINVAL", `probe points are written as id,purpose,tag triples, not ${numbers.length} numbers`, {
      op: "write",
    });
  }
  return pointsOf(numbers);
}

/** Groups of three numbers. */
export function pointsOf(numbers: readonly number[]): ProbePoint[] {
  const points: ProbePoint[] = [];
  for (let i = 0; i + 2 < numbers.length; i += 3) {
    const [id = 0, purpose = 0, tag = 0] = numbers.slice(i, i + 3);
    points.push({ id, purpose, tag });
  }
  return points;
}

/** Unsigned 32-bit numbers with commas between, at least one. @throws {BusError} `EINVAL` naming what is none */
export function parseNumbers(text: string): number[] {
  return text
    .trim()
    .split(",")
    .map((part) => {
      const value = /^(?:0x[0-9a-f]+|\d+)$/i.test(part.trim()) ? Number(part) : Number.NaN;
      if (!(value <= 0xffff_ffff)) {
        throw new BusError("EINVAL", `${JSON.stringify(part)} is no integer of 32 bits`, { op: "write" });
      }
      return value;
    });
}
