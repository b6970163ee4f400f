import type { Colors } from "./colors.ts";

/** Lines of aligned columns below a header; numbers stand at the right. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { dim }: Colors,
): string[] {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => String(row[column] ?? "").length)),
  );
  return [dim(renderRow(header, widths)), ...rows.map((row) => renderRow(row, widths))];
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
