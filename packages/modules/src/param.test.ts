import { describe, expect, test } from "vitest";
import { formatParam, type ParamType, parseParam } from "./param.ts";

describe("parseParam", () => {
  test.each<[ParamType, string, string | number | boolean]>([
    ["bool", "1", true],
    ["bool", "Y", true],
    ["bool", "on", true],
    ["bool", "true", true],
    ["bool", "0", false],
    ["bool", "no", false],
    ["bool", "OFF", false],
    ["int", "-2147483648", -2_147_483_648],
    ["int", "+7", 7],
    ["int", "0x1F", 31],
    ["int", "-010", -8],
    ["uint", "4294967295", 4_294_967_295],
    ["uint", "0", 0],
    ["number", "-1.5e3", -1500],
    ["string", " as it is ", " as it is "],
    ["string", "", ""],
  ])("%s %j is %j", (type, text, value) => {
    expect(parseParam("m", "p", type, text)).toBe(value);
  });

  test.each<[ParamType, string, string]>([
    ["bool", "", "EINVAL"],
    ["bool", "o", "EINVAL"],
    ["bool", "2", "EINVAL"],
    ["int", "", "EINVAL"],
    ["int", "1.0", "EINVAL"],
    ["int", "08", "EINVAL"],
    ["int", "2147483648", "ERANGE"],
    ["uint", "-1", "EINVAL"],
    ["uint", "4294967296", "ERANGE"],
    ["number", "NaN", "EINVAL"],
    ["number", "Infinity", "EINVAL"],
    ["number", " ", "EINVAL"],
  ])("%s %j is %s, and names module, parameter and text", (type, text, code) => {
    expect(() => parseParam("m", "p", type, text)).toThrow(expect.objectContaining({ code }));
    expect(() => parseParam("m", "p", type, text)).toThrow(/parameter p of module m is/);
  });
});

test("bools are shown as the kernel shows them", () => {
  expect([true, false, 5, "x"].map(formatParam)).toEqual(["Y", "N", "5", "x"]);
});
