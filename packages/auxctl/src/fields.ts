import type { Colors } from "./colors.ts";

/** A name and what it is. */
export type Field = readonly [name: string, value: string];

/** A line each of those that have a value, the values below each other; more lines of a value are indented. */
export function renderFields(fields: readonly Field[], { dim }: Colors): string[] {
  const shown = fields.filter(([, value]) => value !== "");
  const width = Math.max(0, ...shown.map(([name]) => name.length)) + 2;
  return shown.flatMap(([name, value]) => {
    const [first = "", ...more] = value.split("\n");
    return [`${dim(`${name}:`.padEnd(width))}${first}`, ...more.map((line) => " ".repeat(width) + line)];
  });
}
