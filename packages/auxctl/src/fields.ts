import type { Colors } from "./colors.ts";
import { printable, printableLines } from "./printable.ts";

/** A name and what it is. */
export type Field = readonly [name: string, value: string];

/** A line each of those that have a value, the values below each other; more lines of a value are indented. */
export function renderFields(fields: readonly Field[], colors: Colors): string[] {
  return renderPaintedFields(printableFields(fields), colors);
}

/** The same fields, without what would disturb a terminal. */
export function printableFields(fields: readonly Field[]): readonly Field[] {
  return fields.map(([name, value]) => [printable(name), printableLines(value)]);
}

/** The same, of values that have colours, and nothing of others that would disturb a terminal. */
export function renderPaintedFields(fields: readonly Field[], { dim }: Colors): string[] {
  const shown = fields.filter(([, value]) => value !== "");
  const width = Math.max(0, ...shown.map(([name]) => name.length)) + 2;
  return shown.flatMap(([name, value]) => {
    const [first = "", ...more] = value.split("\n");
    return [`${dim(`${name}:`.padEnd(width))}${first}`, ...more.map((line) => " ".repeat(width) + line)];
  });
}
