import type { Colors } from "../colors.ts";
import { printable } from "../printable.ts";

/** All about one thing. */
export interface Shown {
  readonly record: object;
  readonly lines: (colors: Colors) => string[];
}

/** Attributes as fields: several lines stay several lines, what cannot be read is left out. */
export function attributeFields(attributes: Readonly<Record<string, string | null>>): [string, string][] {
  return Object.entries(attributes).flatMap(([name, value]) =>
    value === null ? [] : [[name, isText(value) ? value : "(no text)"]],
  );
}

/** As it is decoded. */
function isText(value: string): boolean {
  return !/[\0\uFFFD]/.test(value);
}

/** A title and what is below it, which is fit to be shown, indented; nothing when there is nothing. */
export function section(title: string, lines: readonly string[], { bold }: Colors): string[] {
  return lines.length === 0 ? [] : ["", bold(printable(title)), ...lines.map((line) => `  ${line}`)];
}
