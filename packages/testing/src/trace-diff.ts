/** A line of a difference: in both traces, only in the recorded one, only in ours; or lines left out between. */
export interface DiffLine {
  readonly kind: "same" | "missing" | "unexpected" | "gap";
  readonly text: string;
}

/** Shows where two lists of lines differ, with `context` equal lines around. */
export function diffLines(expected: readonly string[], actual: readonly string[], context: number = 3): DiffLine[] {
  const all = align(expected, actual);
  const shown = all.map(() => false);
  for (const [index, { kind }] of all.entries()) {
    if (kind === "same") continue;
    shown.fill(true, Math.max(0, index - context), index + context + 1);
  }
  const lines: DiffLine[] = [];
  let hidden = 0;
  const gap = (): void => {
    if (hidden > 0) lines.push({ kind: "gap", text: `… ${hidden} equal ${hidden === 1 ? "line" : "lines"}` });
    hidden = 0;
  };
  for (const [index, line] of all.entries()) {
    if (shown[index] === true) {
      gap();
      lines.push(line);
    } else hidden++;
  }
  gap();
  return lines;
}

const SIGNS = { same: "  ", missing: "- ", unexpected: "+ ", gap: "  " } as const;

/** A difference as text: `-` for what only the recorded trace has, `+` for what only the other one has. */
export function formatDifference(
  expected: readonly string[],
  actual: readonly string[],
  paint: (line: DiffLine, text: string) => string = (_, text) => text,
): string {
  return diffLines(expected, actual)
    .map((line) => paint(line, `${SIGNS[line.kind]}${line.text}`))
    .join("\n");
}

/** The shortest way from one list to the other, by the longest common subsequence. */
function align(expected: readonly string[], actual: readonly string[]): DiffLine[] {
  const width = actual.length + 1;
  // common[i * width + j]: how many lines the rests from i and j have in common.
  const common = new Uint32Array((expected.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = expected.length - 1; i >= 0; i--) {
    for (let j = actual.length - 1; j >= 0; j--) {
      common[i * width + j] = expected[i] === actual[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < expected.length || j < actual.length) {
    const theirs = expected[i];
    const ours = actual[j];
    if (theirs !== undefined && theirs === ours) {
      lines.push({ kind: "same", text: theirs });
      i++;
      j++;
    } else if (theirs !== undefined && (ours === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: "missing", text: theirs });
      i++;
    } else if (ours !== undefined) {
      lines.push({ kind: "unexpected", text: ours });
      j++;
    }
  }
  return lines;
}
