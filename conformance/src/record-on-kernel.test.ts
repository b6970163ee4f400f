import { expect, test } from "vitest";
import { record } from "./record-on-kernel.ts";
import type { KernelRun } from "./run-on-kernel.ts";

const KERNEL = { name: "7.3", version: "7.3.4", folder: "/nowhere" };
const PLAIN = { path: "random/a.aux", text: "log a\n" };
const LAST = { path: "examples/b.aux", text: "log b\nshutdown\n" };
const MISUSE = { path: "misuse/m.aux", text: "log m\n" };
const A: KernelRun = { traces: new Map([[PLAIN.path, ["a"]]]), console: "said", stuck: undefined };

function recorded(
  recordings: readonly { path: string; text: string }[],
  together: KernelRun,
  alone: KernelRun = together,
): ReturnType<typeof record> {
  return record(KERNEL, recordings, () => {}, {
    runOnKernel: async () => together,
    runAloneOnKernel: async () => alone,
  });
}

test("every scenario has a trace", async () => {
  const alone = { ...A, traces: new Map([["b.aux", ["b"]]]) };
  expect([...(await recorded([PLAIN, LAST], A, alone))]).toEqual([
    [PLAIN.path, ["a"]],
    [LAST.path, ["b"]],
  ]);
});

test("a guest that says nothing, or nothing of a scenario, is an error", async () => {
  const silent = { ...A, traces: new Map() };
  await expect(recorded([PLAIN], silent)).rejects.toThrow("the guest has said nothing of random/a.aux:\nsaid");
  await expect(recorded([LAST], A, silent)).rejects.toThrow("the guest has said nothing of examples/b.aux:\nsaid");
  const empty = { ...A, traces: new Map([[PLAIN.path, []]]) };
  await expect(recorded([PLAIN], empty)).rejects.toThrow("the guest has said nothing of random/a.aux");
});

test("so is one that had to be ended", async () => {
  await expect(recorded([PLAIN], { ...A, stuck: "why" })).rejects.toThrow("the guest had to be ended (why):\nsaid");
});

test("a kernel may not survive what breaks the rules, and nothing else", async () => {
  const died = { ...A, traces: new Map(), died: { name: "x", lines: ["BUG: x"], console: "said" } };
  expect([...(await recorded([MISUSE], A, died))]).toEqual([[MISUSE.path, ["BUG: x"]]]);
  await expect(recorded([LAST], A, died)).rejects.toThrow("the kernel did not survive examples/b.aux:\nsaid");
  await expect(recorded([PLAIN], died)).rejects.toThrow("the kernel did not survive x:\nsaid");
});
