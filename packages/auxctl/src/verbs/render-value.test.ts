import picocolors from "picocolors";
import { expect, test } from "vitest";
import { renderValue } from "./render-value.ts";

const plain = picocolors.createColors(false);

test.each<[string, unknown, string[]]>([
  ["nothing", null, []],
  ["empty text", "", []],
  ["text as it is", "a  b\n\nc\n", ["a  b", "", "c"]],
  ["false", false, ["false"]],
  ["an empty list", [], []],
  ["a list of words", ["a", 1, true, null], ["a", "1", "true", "-"]],
  ["an empty object", {}, []],
  ["an object", { a: "x", b: 2, none: null, empty: "" }, ["a: x", "b: 2", "none:", "empty:"]],
  ["text of several lines in an object", { log: "a\nb" }, ["log:", "  a", "  b"]],
  ["lists in an object", { a: [1, 2], b: [] }, ["a: 1 2", "b:"]],
  ["objects in an object", { a: { b: { c: 1 } } }, ["a:", "  b:", "    c: 1"]],
  ["rows in an object", { rows: [{ x: 1 }, { x: 22 }] }, ["rows:", "   X", "   1", "  22"]],
  [
    "rows of different columns",
    [
      { dev: "p0", maxRate: 5 },
      { dev: "longer", state: true },
    ],
    ["DEV     MAX RATE  STATE", "p0             5  -", "longer  -         true"],
  ],
  ["a cell that would break the table", [{ a: "x\ty\u001B[2J" }], ["A", String.raw`x\ty\u001b[2J`]],
  ["a list of objects that are no rows", [{ a: { b: 1 } }, "x"], ["- a:", "    b: 1", "- x"]],
])("%s", (_what, value, lines) => {
  expect(renderValue(value, plain)).toEqual(lines);
});
