import { describe, expect, test } from "vitest";
import { diffLines, formatDifference } from "./trace-diff.ts";

const list = (letters: string): string[] => letters.split("");

describe("diffLines", () => {
  test("equal lists have no differences to show", () => {
    expect(diffLines(["a", "b"], ["a", "b"])).toEqual([{ kind: "gap", text: "… 2 equal lines" }]);
  });

  test("shows what is missing and unexpected, with the lines around it", () => {
    expect(diffLines(list("abcdefgh"), list("abcdXfgh"), 1)).toEqual([
      { kind: "gap", text: "… 3 equal lines" },
      { kind: "same", text: "d" },
      { kind: "missing", text: "e" },
      { kind: "unexpected", text: "X" },
      { kind: "same", text: "f" },
      { kind: "gap", text: "… 2 equal lines" },
    ]);
  });

  test("finds the longest common part", () => {
    const kinds = diffLines(list("abc"), list("bcd")).map(({ kind, text }) => `${kind} ${text}`);
    expect(kinds).toEqual(["missing a", "same b", "same c", "unexpected d"]);
  });

  test("copes with one side empty", () => {
    expect(diffLines([], ["x"])).toEqual([{ kind: "unexpected", text: "x" }]);
    expect(diffLines(["x"], [])).toEqual([{ kind: "missing", text: "x" }]);
  });
});

test("formatDifference marks lines, and lets each be painted", () => {
  expect(formatDifference(["a", "b"], ["a", "c"])).toBe("  a\n- b\n+ c");
  const painted = formatDifference(["a", "b"], ["a", "c"], ({ kind }, text) => `<${kind}>${text}`);
  expect(painted).toBe("<same>  a\n<missing>- b\n<unexpected>+ c");
});
