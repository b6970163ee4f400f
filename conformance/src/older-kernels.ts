import type { Kernel } from "./kernel.ts";

/** A command's result that kernels before a version give instead of the one that 7.3 gives in the same place. */
interface OtherResult {
  readonly before: string;
  readonly newer: RegExp;
  readonly older: string;
}

const RESULTS: readonly OtherResult[] = [
  // A device that is suspended already: newer ones say so, older ones say that only an active one can become idle.
  { before: "6.18", newer: /^(rpm put \S+) -> 1$/, older: "$1 -> -EAGAIN" },
];

/** Says lines of 7.3, to which auxbus is equal, as they have to be on another kernel. */
export function translator({ version }: Pick<Kernel, "version">): (line: string) => string {
  const others = RESULTS.filter(({ before }) => !isSince(version, before));
  return (line) => others.reduce((text, { newer, older }) => text.replace(newer, older), line);
}

/** Whether the kernel has `create` and `destroy`. */
export function hasCreate(version: string): boolean {
  return isSince(version, "6.17");
}

/** Whether the kernel has the folder `irqs` of a device. */
export function hasIrqs(version: string): boolean {
  return isSince(version, "6.11");
}

/** Whether it is of the series 6.1. */
export function isSixOne(version: string): boolean {
  return isSince(version, "6.1") && !isSince(version, "6.2");
}

/** Whether a kernel's version (`6.1.0-56-amd64`) is a series (`6.1`) or a later one. */
function isSince(version: string, series: string): boolean {
  const [major, minor] = numbers(version);
  const [sinceMajor, sinceMinor] = numbers(series);
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}

function numbers(version: string): readonly [number, number] {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) throw new Error(`"${version}" is no version of a kernel`);
  return [Number(major), Number(minor)];
}
