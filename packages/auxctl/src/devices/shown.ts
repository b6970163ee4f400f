import type { Colors } from "../colors.ts";
import { printable } from "../printable.ts";

/** All about one thing. */
export interface Shown {
  readonly record: object;
  readonly lines: (colors: Colors) => string[];
}

/** Attributes as fields: several lines stay several lines, what cannot be read is left out. */
export function attributeFields(attributes: Readonly<Record<string, string | null>>): [string, string][] {
  return Object.entries(attributes).flatMap(([name, value]) => (value === null ? [] : [[name, lines(value)]]));
}

function lines(value: string): string {
  return value.split("\n").map(printable).join("\n");
}

/** A title and what is below it, indented; nothing when there is nothing. */
export function section(title: string, lines: readonly string[], { bold }: Colors): string[] {
  return lines.length === 0 ? [] : ["", bold(title), ...lines.map((line) => `  ${line}`)];
}
