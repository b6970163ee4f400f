import { expect, test } from "vitest";
import { readAlone } from "./run-on-kernel.ts";

const STARTED = ["[    1.234567] AUX: parent p0 -> 0", "[    1.300000][    T1] AUX: shutdown r0 m.d.0"];
const DOWN = "[    1.400000] reboot: Power down";
const LINES = ["parent p0 -> 0", "shutdown r0 m.d.0"];

function read(lines: readonly string[], stuck?: string): ReturnType<typeof readAlone> {
  return readAlone("s", { debug: "", console: lines.join("\n"), stuck });
}

test("a kernel that has switched the machine off has survived", () => {
  const run = read([...STARTED, DOWN]);
  expect(run.died).toBe(undefined);
  expect(run.traces.get("s")).toEqual(LINES);
});

test.each([
  ["is stuck", [...STARTED, DOWN], "it has said nothing for 60 s"],
  ["never gets so far", STARTED, undefined],
  ["panics", [...STARTED, "[    1.4] Kernel panic - not syncing: Fatal exception", DOWN], undefined],
  ["has a bug", ["[    1.2][   T85] BUG: kernel NULL pointer dereference, address: 08", ...STARTED, DOWN], undefined],
  ["oopses", [...STARTED, "[    1.4] Oops: general protection fault [#1]", DOWN], undefined],
])("a kernel that %s has not", (_, lines, stuck) => {
  const run = read(lines, stuck);
  expect(run.traces.size).toBe(0);
  expect(run.stuck).toBe(stuck);
  expect(run.died).toMatchObject({ name: "s", console: lines.join("\n") });
  expect(run.died?.lines.filter((line) => LINES.includes(line))).toEqual(LINES);
});
