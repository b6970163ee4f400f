import type { Colors } from "./colors.ts";

/** Lines of aligned columns below a header; numbers and what stands above them are at the right. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { dim }: Colors,
): string[] {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => String(row[column] ?? "").length)),
  );
  const numeric = header.map((_title, column) => rows.some((row) => typeof row[column] === "number"));
  return [dim(renderHeader(header, widths, numeric)), ...rows.map((row) => renderRow(row, widths))];
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
export function renderRow(cells: readonly (string | number)[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => {
      const width = widths[column] ?? 0;
      return typeof cell === "number" ? String(cell).padStart(width) : cell.padEnd(width);
    })
    .join("  ")
    .trimEnd();
}
