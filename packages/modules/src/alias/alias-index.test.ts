import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AliasIndex } from "./alias-index.ts";
import { globMatches, normalizeAlias } from "./glob.ts";
import { parseModulesAlias } from "./modules-alias.ts";

describe("globMatches", () => {
  test.each([
    ["", "", true],
    ["*", "", true],
    ["*", "anything", true],
    ["a*", "a", true],
    ["a*c", "abbbc", true],
    ["a*c", "abbb", false],
    ["*ab*ab*", "xabyab", true],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["[a-c]x", "bx", true],
    ["[!a-c]x", "bx", false],
    ["[^a-c]x", "dx", true],
    ["[]a]x", "]x", true],
    ["[!]a]x", "]x", false],
    ["[a-]x", "-x", true],
    ["[ab", "[ab", true],
    ["a\\*c", "a*c", true],
    ["a\\*c", "abc", false],
    ["pci:v00008086d*sv*", "pci:v00008086d00001572sv0", true],
  ])("%j and %j: %j", (pattern, text, expected) => {
    expect(globMatches(pattern, text)).toBe(expected);
  });
});

test("- is _ in aliases, but not in sets", () => {
  expect(normalizeAlias("a-b[c-d]-e")).toBe("a_b[c-d]_e");
  expect(
    AliasIndex.of([{ alias: "auxiliary:mlx5_core.eth-rep", module: "m" }]).lookup("auxiliary:mlx5_core.eth_rep"),
  ).toEqual(["m"]);
});

test("modules come in the order of the entries, each once", () => {
  const index = AliasIndex.of([
    { alias: "b:*", module: "late" },
    { alias: "b:x", module: "exact" },
    { alias: "b:?", module: "late" },
    { alias: "*x", module: "first letter free" },
  ]);
  expect(index.lookup("b:x")).toEqual(["late", "exact", "first letter free"]);
  expect(index.lookup("c:")).toEqual([]);
  expect(index.size).toBe(4);
});

test("an index finds what trying every pattern finds", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "-", ":"), maxLength: 12 });
  const pattern = fc
    .array(
      fc.oneof({ weight: 3, arbitrary: text }, fc.constantFrom("*", "**", "?", "[ab]", "[!a]", "[a-c]", "\\a", "[")),
      {
        maxLength: 6,
      },
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 30 }), fc.array(text, { maxLength: 20 }), (patterns, texts) => {
      const index = AliasIndex.of(patterns.map((alias, i) => ({ alias, module: `m${i}` })));
      for (const asked of texts) {
        const expected = patterns.flatMap((alias, i) =>
          globMatches(normalizeAlias(alias), normalizeAlias(asked)) ? [`m${i}`] : [],
        );
        expect(index.lookup(asked), `${asked} in ${JSON.stringify(patterns)}`).toEqual(expected);
      }
    }),
    { numRuns: 2_000 },
  );
});

describe("a modules.alias", () => {
  test("has comments, empty lines and aliases", () => {
    expect(parseModulesAlias("# Aliases\n\nalias pci:v* nvme\n  alias  a  b \n")).toEqual([
      { alias: "pci:v*", module: "nvme" },
      { alias: "a", module: "b" },
    ]);
  });

  test.each(["alias x", "alias x y z", "blacklist x"])("%j is told with its line", (line) => {
    expect(() => parseModulesAlias(`# one\n${line}\n`, "m.alias")).toThrow(
      /EINVAL: m\.alias:2: expected "alias PATTERN/,
    );
  });
});
