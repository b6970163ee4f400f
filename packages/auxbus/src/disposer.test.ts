import { expect, test } from "vitest";
import { AsyncDisposer, Disposer } from "./disposer.ts";

test("is undone once; who comes later waits for the same", async () => {
  const done: string[] = [];
  const disposer = new Disposer(() => void done.push("undone"));
  disposer[Symbol.dispose]();
  disposer[Symbol.dispose]();
  let finish = (): void => undefined;
  const later = new AsyncDisposer(async () => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    done.push("undone later");
  });
  const both = [later[Symbol.asyncDispose](), later[Symbol.asyncDispose]()];
  finish();
  await Promise.all(both);
  expect(done).toEqual(["undone", "undone later"]);
});

test("what fails is a rejection, not a throw", async () => {
  const disposer = new AsyncDisposer(() => {
    throw new Error("no");
  });
  await expect(disposer[Symbol.asyncDispose]()).rejects.toThrow("no");
});
