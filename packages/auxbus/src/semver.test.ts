import fc from "fast-check";
import semver from "semver";
import { expect, test } from "vitest";
import { parseRange, parseVersion, satisfies } from "./semver.ts";

const number = fc.integer({ min: 0, max: 3 }).map(String);
const prerelease = fc.option(fc.constantFrom("0", "1", "alpha", "alpha.1", "beta.2", "rc-1", "a.b.3"), {
  nil: undefined,
  freq: 3,
});
const full = fc
  .tuple(number, number, number, prerelease)
  .map(([a, b, c, pre]) => (pre === undefined ? `${a}.${b}.${c}` : `${a}.${b}.${c}-${pre}`));
const wild = fc.constantFrom("x", "X", "*");
// What is left open stays open: npm's own answers for `x.1` differ with what stands beside it.
const partial = fc.oneof(
  { weight: 3, arbitrary: full },
  number,
  fc.tuple(number, number).map((p) => p.join(".")),
  fc.tuple(number, wild).map((p) => p.join(".")),
  fc.tuple(number, number, wild).map((p) => p.join(".")),
  fc.tuple(number, wild, wild).map((p) => p.join(".")),
);
const operator = fc.constantFrom("", "^", "~", "~>", ">", ">=", "<", "<=", "=", "^ ", ">= ", "v");
const term = fc.tuple(operator, partial).map(([op, version]) => op + version);
const alternative = fc.oneof(
  term,
  fc.tuple(term, term).map((terms) => terms.join(" ")),
  fc.tuple(partial, partial).map((ends) => ends.join(" - ")),
);
const range = fc.oneof(
  { weight: 9, arbitrary: fc.array(alternative, { minLength: 1, maxLength: 3 }).map((all) => all.join(" || ")) },
  { weight: 1, arbitrary: fc.oneof(wild, fc.constant("")) },
);

/** npm forgets the rest of a range beside a part that admits every release, which shows with prereleases only. */
const forgetful = (text: string): boolean =>
  new semver.Range(text).set.some((all) => all.some(({ value }) => value === ""));

test("answers as npm's semver does", () => {
  fc.assert(
    fc.property(full, range, (version, text) => {
      fc.pre(!version.includes("-") || !forgetful(text));
      expect(satisfies(version, text), `${version} in ${text}`).toBe(semver.satisfies(version, text));
    }),
    { numRuns: 20_000 },
  );
});

test.each(["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "abc", "99999999999999999999.0.0"])(
  "%j is no version",
  (text) => {
    expect(() => parseVersion(text)).toThrow(JSON.stringify(text));
  },
);

test.each(["abc", "^", "1.2.3.4", ">>1", "^1.2 nonsense", "1 - 2 - 3", "^01.0.0"])("%j is no range", (text) => {
  expect(() => parseRange(text)).toThrow(JSON.stringify(text));
});

test("build metadata does not count", () => {
  expect(satisfies("1.2.3+linux", "1.2.3")).toBe(true);
});
