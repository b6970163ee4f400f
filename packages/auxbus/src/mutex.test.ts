import { expect, test } from "vitest";
import { Mutex } from "./mutex.ts";

test("first come, first served, one at a time; a failure lets the next in", async () => {
  const mutex = new Mutex();
  const log: string[] = [];
  const enter = (name: string, fail = false): Promise<string> =>
    mutex.run(async () => {
      log.push(`${name} in`);
      await Promise.resolve();
      log.push(`${name} out`);
      if (fail) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([enter("a"), enter("b", true), enter("c")]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(log).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
});

test("who only tries does not wait", async () => {
  const mutex = new Mutex();
  const done: string[] = [];
  const first = mutex.run(async () => {
    await Promise.resolve();
    done.push("first");
  });
  expect(mutex.locked).toBe(true);
  expect(await mutex.tryRun(() => void done.push("never"))).toBe(false);
  await first;
  expect(await mutex.tryRun(() => void done.push("second"))).toBe(true);
  expect(done).toEqual(["first", "second"]);
  expect(mutex.locked).toBe(false);
});
