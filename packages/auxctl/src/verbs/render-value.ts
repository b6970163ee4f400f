import type { Colors } from "../colors.ts";
import { renderTable } from "../table.ts";

/** What stands in one cell or one line. */
export type Scalar = string | number | boolean | null;

/** An object of scalars: a row of a table. */
export type FlatRecord = Readonly<Record<string, Scalar>>;

/** A JSON value as lines for people. */
export function renderValue(value: unknown, colors: Colors): string[] {
  if (value === null || value === undefined || value === "") return [];
  if (isScalar(value)) return String(value).replace(/\n$/, "").split("\n");
  if (Array.isArray(value)) return renderList(value, colors);
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => renderMember(key, member, colors));
}

function renderList(list: readonly unknown[], colors: Colors): string[] {
  if (list.every(isScalar)) return list.map(cellText);
  if (list.every(isFlat)) return renderRecords(list, colors);
  return list.flatMap((item) => renderValue(item, colors).map((line, i) => `${i === 0 ? "- " : "  "}${line}`));
}

function renderRecords(records: readonly FlatRecord[], colors: Colors): string[] {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const rows = records.map((record) => columns.map((column) => cell(record[column])));
  return renderTable(columns.map(titleOf), rows, colors);
}

function renderMember(key: string, value: unknown, colors: Colors): string[] {
  const name = colors.dim(`${key}:`);
  if (Array.isArray(value) && value.every(isScalar)) return [`${name} ${value.map(cellText).join(" ")}`.trimEnd()];
  const lines = renderValue(value, colors);
  if (isScalar(value) && lines.length < 2) return [`${name} ${lines.join("")}`.trimEnd()];
  return [name, ...lines.map((line) => `  ${line}`)];
}

/** Whether it is a row of a table. */
export function isFlat(value: unknown): value is FlatRecord {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const members = Object.values(value);
  return members.length > 0 && members.every(isScalar);
}

export function isScalar(value: unknown): value is Scalar {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

/** What stands in a table: a number stays one, so that it is put to the right. */
export function cell(value: Scalar | undefined): string | number {
  return typeof value === "number" ? value : cellText(value ?? null);
}

/** On one line, whatever it is. */
function cellText(value: Scalar): string {
  if (value === null || value === "") return "-";
  return String(value).replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}

/** `rxBytes` is RX BYTES. */
export function titleOf(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]/g, " ")
    .toUpperCase();
}
