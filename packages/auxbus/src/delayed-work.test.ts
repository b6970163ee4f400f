import { VirtualRuntime } from "@auxbus/testing";
import { beforeEach, expect, test } from "vitest";
import { DriverCore } from "./core.ts";
import { DelayedWork } from "./delayed-work.ts";

let runtime: VirtualRuntime;
let core: DriverCore;
let runs: number[];
let work: DelayedWork;
let takes = 0;

beforeEach(() => {
  runtime = new VirtualRuntime();
  core = new DriverCore({ runtime });
  runs = [];
  takes = 0;
  work = new DelayedWork(core, async () => {
    runs.push(runtime.now());
    if (takes > 0) await new Promise<void>((resolve) => void runtime.setTimer(resolve, takes));
  });
});

test("runs once for all that asked before it ran, and again for who asks while it runs", async () => {
  work.schedule();
  work.schedule();
  work.schedule(50);
  await runtime.runUntilIdle();
  expect(runs).toEqual([0]);
  takes = 10;
  work.schedule(5);
  await runtime.advance(7);
  expect(work.running).toBe(true);
  work.schedule();
  work.schedule();
  await runtime.advance(100);
  expect(runs).toEqual([0, 5, 15]);
  expect(work.pending || work.running).toBe(false);
});

test("cancelled, it does not run, and has ended", async () => {
  work.schedule(5);
  await work.cancel();
  work.schedule();
  await work.cancel();
  await runtime.advance(10);
  expect(runs).toEqual([]);
  takes = 10;
  work.schedule();
  await runtime.advance(1);
  work.schedule();
  let cancelled = false;
  void work.cancel().then(() => {
    cancelled = true;
  });
  await runtime.advance(8);
  expect(cancelled).toBe(false);
  await runtime.advance(20);
  expect(cancelled).toBe(true);
  expect(runs).toEqual([10]);
  await work.disable();
  work.schedule();
  await runtime.runUntilIdle();
  expect(runs).toHaveLength(1);
  work.enable();
  work.schedule();
  await runtime.runUntilIdle();
  expect(runs).toHaveLength(2);
  await runtime.advance(10);
  expect(runtime.timers).toBe(0);
});

test("what it throws is logged", async () => {
  const said: string[] = [];
  core.log.subscribe(({ level, message }) => void said.push(`${level}: ${message}`));
  new DelayedWork(core, () => Promise.reject(new Error("no"))).schedule();
  await runtime.runUntilIdle();
  expect(said).toEqual(["error: delayed work failed: no"]);
});
