import { diffLines, isKernelLog } from "@auxbus/testing";

/** Two traces beside each other, the kernel's on the left; `|` where they are the same. */
export function sideBySide(expected: readonly string[], actual: readonly string[], width: number): string {
  const column = Math.max(20, Math.floor((width - 3) / 2));
  const row = (left: string, sign: string, right: string): string =>
    `${left.slice(0, column).padEnd(column)} ${sign} ${right.slice(0, column)}`.trimEnd();
  const lines = diffLines(
    expected.filter((line) => !isKernelLog(line)),
    actual,
    Number.POSITIVE_INFINITY,
  );
  return [
    row("Linux", " ", "auxbus"),
    ...lines.map(({ kind, text }) =>
      kind === "same" ? row(text, "|", text) : kind === "missing" ? row(text, "<", "") : row("", ">", text),
    ),
  ].join("\n");
}
