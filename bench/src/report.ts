import { AIMS } from "./aims.ts";
import { UNITS } from "./plan.ts";
import { figure, type Results } from "./results.ts";

/** Markdown tables: a table a measure, contenders down, sizes across, then the aims. */
export function render(results: Results): string {
  const parts = [`Node ${results.node}, ${results.cpu}, medians of ${results.samples} processes, ${results.date}.`];
  for (const measure of new Set(results.figures.map((f) => f.measure))) {
    const figures = results.figures.filter((f) => f.measure === measure);
    const sizes = [...new Set(figures.map((f) => f.n))].toSorted((a, b) => a - b);
    const rows = [...new Set(figures.map((f) => f.contender))].map((contender) => [
      contender,
      ...sizes.map((n) => {
        const value = figure(results, measure, contender, n);
        return value === undefined ? "–" : format(value) + ratio(results, measure, contender, n, value);
      }),
    ]);
    parts.push(
      `**${measure}**: ${UNITS[measure] ?? ""}`,
      table(["", ...sizes.map((n) => n.toLocaleString("en"))], rows),
    );
  }
  const aims = AIMS.map(({ aim, unit, most, measure }) => ({ aim, unit, most, result: measure(results) })).filter(
    ({ result }) => result !== undefined,
  );
  if (aims.length > 0) {
    const rows = aims.map(({ aim, unit, most, result = Number.NaN }) => [
      aim,
      `≤ ${format(most)} ${unit}`,
      `${format(result)} ${unit}`,
      result <= most ? "met" : "**not met**",
    ]);
    parts.push("**Aims**", table(["", "aim", "measured", ""], rows));
  }
  if (results.skipped.length > 0) parts.push(`Left out: ${results.skipped.join("; ")}.`);
  return parts.join("\n\n");
}

/** How many times auxbus's figure a peer's is. */
function ratio(results: Results, measure: string, contender: string, n: number, value: number): string {
  const ours = figure(results, measure, "auxbus", n);
  if (ours === undefined || contender === "auxbus" || ours === 0) return "";
  return ` (${format(value / ours)}×)`;
}

function format(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString("en");
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(2);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => (row[i] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(" | ")} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
