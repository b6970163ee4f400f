import fc from "fast-check";
import { expect, test } from "vitest";
import { naturalOrder } from "../../packages/linux/src/natural-order.ts";

test.each([
  [["eth.2", "eth.9", "eth.10", "eth.100"]],
  [["eth.2", "eth.10", "eth.1a"]],
  [["0000:00:02.0", "0000:00:0a.0", "0000:00:10.0", "0000:00:1f.3", "0000:00:1f.6", "0000:01:00.0"]],
  [["card", "card/eth.1", "card/eth.1/net", "card/eth.10"]],
  [["x1", "x1g", "x01", "x1b"]],
])("%j", (names) => {
  expect(names.toReversed().toSorted(naturalOrder)).toEqual(names);
});

test("it is an order", () => {
  const name = fc.string({ unit: fc.constantFrom(..."0129afgz.:/"), maxLength: 8 });
  fc.assert(
    fc.property(name, name, name, (a, b, c) => {
      const sign = (x: string, y: string): number => Math.sign(naturalOrder(x, y));
      expect(sign(a, b)).toBe(-sign(b, a) || 0);
      expect(sign(a, b) === 0).toBe(a === b);
      if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0);
    }),
    { numRuns: 5000 },
  );
});
