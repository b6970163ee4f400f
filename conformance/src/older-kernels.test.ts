import { expect, test } from "vitest";
import { hasCreate, hasIrqs, isSixOne, translator } from "./older-kernels.ts";

const TRACE = ["rpm put d0 -> 1", "rpm put d0 -> 0", "rpm suspend d0 -> 1"];
const OLDER = ["rpm put d0 -> -EAGAIN", ...TRACE.slice(1)];

test("what older kernels answer otherwise is expected of them, and of no newer one", () => {
  expect(TRACE.map(translator({ version: "7.3.4+deb13-amd64" }))).toEqual(TRACE);
  expect(TRACE.map(translator({ version: "6.18.0" }))).toEqual(TRACE);
  expect(TRACE.map(translator({ version: "6.17.13" }))).toEqual(OLDER);
  expect(TRACE.map(translator({ version: "6.12.48+deb13-amd64" }))).toEqual(OLDER);
  expect(TRACE.map(translator({ version: "6.1.0-56-amd64" }))).toEqual(OLDER);
});

test("what a kernel has goes by its version", () => {
  const versions = ["6.1.0-56-amd64", "6.10.9", "6.11.0-rc1", "6.16.12", "6.17.0", "7.0", "7.3.4+deb13-amd64"];
  expect(versions.map(hasIrqs)).toEqual([false, false, true, true, true, true, true]);
  expect(versions.map(hasCreate)).toEqual([false, false, false, false, true, true, true]);
  expect(versions.map(isSixOne)).toEqual([true, false, false, false, false, false, false]);
  expect(() => hasCreate("next")).toThrow('"next" is no version of a kernel');
});
