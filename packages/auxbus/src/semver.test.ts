import fc from "fast-check";
import semver from "semver";
import { expect, test } from "vitest";
import { parseRange, parseVersion, satisfies } from "./semver.ts";

const number = fc.constantFrom("0", "1", "2", "3", "10");
const part = fc.oneof({ weight: 3, arbitrary: number }, fc.constantFrom("x", "X", "*"));
const suffix = fc.constantFrom(
  "",
  "",
  "",
  "-0",
  "-1",
  "-alpha",
  "-alpha.1",
  "-beta.2",
  "-rc-1",
  "--",
  "-0a",
  "-01",
  "+b.1",
  "-1+b",
);
const full = fc.tuple(number, number, number, suffix).map(([a, b, c, end]) => `${a}.${b}.${c}${end}`);
const version = fc.tuple(fc.constantFrom("", "", "", "v", " "), full).map((texts) => texts.join(""));
const partial = fc.oneof(
  full,
  part,
  fc.tuple(part, part).map((parts) => parts.join(".")),
  fc.tuple(part, part, part, suffix).map(([a, b, c, end]) => `${a}.${b}.${c}${end}`),
);
const operator = fc.constantFrom("", "", "^", "~", "~>", ">", ">=", "<", "<=", "=", "^ ", ">= ", "v", "^v", ">=v");
const term = fc.tuple(operator, partial).map((texts) => texts.join(""));
const alternative = fc.oneof(
  { weight: 3, arbitrary: term },
  fc.tuple(term, term).map((terms) => terms.join(" ")),
  fc.tuple(partial, partial).map((ends) => ends.join(" - ")),
  fc.constantFrom("", "*", ">=0.0.0"),
);
const range = fc
  .tuple(fc.array(alternative, { minLength: 1, maxLength: 3 }), fc.constantFrom("||", " || "))
  .map(([all, or]) => all.join(or));

function throws(fn: () => unknown): boolean {
  try {
    fn();
    return false;
  } catch {
    return true;
  }
}

test("reads the ranges that npm's semver reads, and answers as it does", () => {
  let answered = 0;
  fc.assert(
    fc.property(version, range, (text, among) => {
      const valid = semver.valid(text) !== null;
      const validRange = semver.validRange(among) !== null;
      expect(
        throws(() => parseVersion(text)),
        text,
      ).toBe(!valid);
      expect(
        throws(() => parseRange(among)),
        among,
      ).toBe(!validRange);
      if (!valid || !validRange) return;
      answered++;
      expect(satisfies(text, among), `${text} in ${among}`).toBe(semver.satisfies(text, among));
    }),
    { numRuns: 5_000 },
  );
  expect(answered).toBeGreaterThan(2_000);
});

test("the parts of a prerelease are compared one by one, numbers before words, fewer before more", () => {
  const ascending = ["1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-a", "1.0.0-a.1", "1.0.0-a.1.x", "1.0.0-b", "1.0.0"];
  for (const [i, low] of ascending.entries()) {
    for (const [j, high] of ascending.entries()) expect(satisfies(high, `>=${low}`), `${high} >= ${low}`).toBe(j >= i);
  }
});

test.each(["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-01", "1.2.x", "abc", "99999999999999999999.0.0"])(
  "%j is no version",
  (text) => {
    expect(() => parseVersion(text)).toThrow(TypeError);
    expect(() => parseVersion(text)).toThrow(JSON.stringify(text));
  },
);

test.each(["abc", "^", "1.2.3.4", ">>1", "^1.2 nonsense", "1 - 2 - 3", "^01.0.0", "x.1", "1 || abc"])(
  "%j is no range",
  (text) => {
    expect(() => parseRange(text)).toThrow(TypeError);
    expect(() => parseRange(text)).toThrow(JSON.stringify(text));
  },
);

test("build metadata does not count", () => {
  expect(satisfies("1.2.3+linux", "1.2.3")).toBe(true);
});

test("a range is parsed once", () => {
  expect(parseRange("^4.5 || ~6")).toBe(parseRange("^4.5 || ~6"));
});
