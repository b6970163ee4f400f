import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import { StuckError, VirtualRuntime } from "./virtual-runtime.ts";

describe("VirtualRuntime", () => {
  test("time stands still until it is told to pass", async () => {
    const runtime = new VirtualRuntime({ start: 1000 });
    await runtime.runUntilIdle();
    expect(runtime.now()).toBe(1000);
    await runtime.advance(250);
    expect(runtime.now()).toBe(1250);
  });

  test("timers fire in order of time, equal ones in the order in which they were set", async () => {
    const runtime = new VirtualRuntime();
    const fired: string[] = [];
    const at = (name: string, ms: number) => runtime.setTimer(() => fired.push(`${name}@${runtime.now()}`), ms);
    at("late", 30);
    at("first", 10);
    at("second", 10);
    at("at once", -5);
    await runtime.advance(20);
    expect(fired).toEqual(["at once@0", "first@10", "second@10"]);
    expect(runtime.nextTimer).toBe(30);
    await runtime.advance(10);
    expect(fired.at(-1)).toBe("late@30");
    expect(runtime.timers).toBe(0);
  });

  test("a cancelled timer never fires, and cancelling twice does no harm", async () => {
    const runtime = new VirtualRuntime();
    const fired: string[] = [];
    const timer = runtime.setTimer(() => fired.push("cancelled"), 5);
    runtime.setTimer(() => fired.push("kept"), 5);
    timer.cancel();
    timer.cancel();
    await runtime.advance(5);
    expect(fired).toEqual(["kept"]);
  });

  test("the consequences of a timer come before the next timer", async () => {
    const runtime = new VirtualRuntime();
    const order: string[] = [];
    runtime.setTimer(() => {
      void Promise.resolve().then(() => {
        order.push("promise");
        runtime.defer(() => order.push("deferred"));
        runtime.setTimer(() => order.push("timer of a timer"), 1);
      });
    }, 10);
    runtime.setTimer(() => order.push("next timer"), 12);
    await runtime.advance(12);
    expect(order).toEqual(["promise", "deferred", "timer of a timer", "next timer"]);
  });

  test("deferred work runs first in, first out, with promises settled in between", async () => {
    const runtime = new VirtualRuntime();
    const order: string[] = [];
    runtime.defer(() => {
      order.push("a");
      void (async () => {
        for (let i = 0; i < 50; i++) await Promise.resolve();
        order.push("after 50 awaits");
      })();
    });
    runtime.defer(() => order.push("b"));
    expect(runtime.work).toBe(2);
    expect(order).toEqual([]);
    expect(await runtime.step()).toBe(true);
    expect(order).toEqual(["a", "after 50 awaits"]);
    await runtime.runUntilIdle();
    expect(order).toEqual(["a", "after 50 awaits", "b"]);
    expect(await runtime.step()).toBe(false);
  });

  test("complete runs what a promise waits for, and no more", async () => {
    const runtime = new VirtualRuntime();
    const promise = new Promise<string>((resolve) => {
      runtime.defer(() => resolve("done"));
    });
    runtime.defer(() => {});
    expect(await runtime.complete(promise)).toBe("done");
    expect(runtime.work).toBe(1);
    await expect(runtime.complete(Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  });

  test("complete says so when nothing can make the promise settle", async () => {
    const runtime = new VirtualRuntime();
    await expect(runtime.complete(new Promise(() => {}))).rejects.toBeInstanceOf(StuckError);
  });

  test("complete bears with somebody who runs the same work", async () => {
    const runtime = new VirtualRuntime();
    const order: string[] = [];
    for (const name of ["a", "b", "c"]) runtime.defer(() => order.push(name));
    await runtime.complete(runtime.runUntilIdle());
    expect(order).toEqual(["a", "b", "c"]);
  });

  test("a schedule says which piece begins when, and who is held up", async () => {
    const asked: string[] = [];
    const answers = [-1, -1, 1, -1, 0, -1, 0];
    const runtime = new VirtualRuntime({
      deferral: {
        next(waiting, needed) {
          asked.push(`${waiting}${needed ? " needed" : ""}`);
          return answers.shift() ?? 0;
        },
        pause: () => true,
      },
    });
    const order: string[] = [];
    runtime.defer(() => order.push("a"));
    runtime.defer(() => order.push("b"));
    runtime.turn();
    expect(order).toEqual(["b"]);
    const held = runtime.pause()?.then(() => order.push("held up"));
    expect(order).toEqual(["b", "a"]);
    await runtime.runUntilIdle();
    await held;
    expect(order).toEqual(["b", "a", "held up"]);
    expect(asked).toEqual(["1", "2", "2", "1", "2", "1", "1 needed"]);
  });

  test("a schedule that chooses what is not there is an error", () => {
    const runtime = new VirtualRuntime({ deferral: { next: () => 7 } });
    expect(() => runtime.defer(() => {})).toThrow("the schedule has chosen piece 7 of 1");
  });

  test("an error in deferred work reaches who runs it", async () => {
    const runtime = new VirtualRuntime();
    runtime.defer(() => {
      throw new Error("broken work");
    });
    await expect(runtime.runUntilIdle()).rejects.toThrow("broken work");
    await runtime.complete(Promise.resolve());
  });

  test("carries a call context", () => {
    const context = new AsyncLocalStorage<unknown>();
    expect(new VirtualRuntime({ context }).context).toBe(context);
    expect(new VirtualRuntime().context).toBeUndefined();
  });
});
