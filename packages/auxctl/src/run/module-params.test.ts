import { expect, test } from "vitest";
import { UsageError } from "../exit-code.ts";
import { parseParams } from "./module-params.ts";

test("parameters are grouped by module; the last of equal ones counts; values may hold anything", () => {
  const params = parseParams(["nic.ports=4", "snd_sof.path=a.b=c", "nic.ports=8", "nic.name="]);
  expect(Object.fromEntries(params)).toEqual({ nic: { ports: "8", name: "" }, snd_sof: { path: "a.b=c" } });
});

test.each(["nic", "nic.ports", "nic=4", ".ports=4", "nic.=4"])("%j is refused", (word) => {
  expect(() => parseParams([word])).toThrow(UsageError);
});
