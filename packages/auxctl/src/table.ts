import type { Colors } from "./colors.ts";
import { printable } from "./printable.ts";

/** Gives a cell, which has been made as wide as its column, its colour. */
export type PaintCell = (text: string, row: number, column: number) => string;

/** Lines of aligned columns below a header; numbers and what stands above them are at the right. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { dim }: Colors,
  paint?: PaintCell,
): string[] {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "string" ? printable(cell) : cell)));
  const widths = header.map((title, column) =>
    cells.reduce((widest, row) => Math.max(widest, String(row[column] ?? "").length), title.length),
  );
  const numeric = header.map((_title, column) => rows.some((row) => typeof row[column] === "number"));
  const painted = (index: number) => paint && ((text: string, column: number): string => paint(text, index, column));
  return [
    dim(renderHeader(header, widths, numeric)),
    ...cells.map((row, index) => renderRow(row, widths, painted(index))),
  ];
}

/** @param numeric which columns have numbers below */
export function renderHeader(
  titles: readonly string[],
  widths: readonly number[],
  numeric: readonly boolean[],
): string {
  const placed = titles.map((title, column) =>
    numeric[column] === true ? title.padStart(widths[column] ?? 0) : title,
  );
  return renderRow(placed, widths);
}

/** A line of cells in columns of these widths at least. */
export function renderRow(
  cells: readonly (string | number)[],
  widths: readonly number[],
  paint: (text: string, column: number) => string = (text) => text,
): string {
  // What is behind the last one that has something in it would only be space.
  const last = cells.findLastIndex((cell) => cell !== "");
  return cells
    .slice(0, last + 1)
    .map((cell, column) => {
      const width = column === last && typeof cell === "string" ? 0 : (widths[column] ?? 0);
      return paint(typeof cell === "number" ? String(cell).padStart(width) : cell.padEnd(width), column);
    })
    .join("  ");
}
