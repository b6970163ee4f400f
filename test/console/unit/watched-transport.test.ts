import type { Transport } from "@auxbus/host/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watched } from "../../../packages/console/src/watched-transport.ts";

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});
afterEach(() => expect(vi.getTimerCount()).toBe(0));

/** A host that says a word every so many milliseconds, so many times, and then nothing more. */
function speaking(every: number, times: number): Transport {
  return async ({ signal }) => ({
    status: 200,
    body: (async function* () {
      for (let i = 0; i < times; i++) {
        await new Promise((resolve) => setTimeout(resolve, every));
        yield "word";
      }
      await new Promise((resolve) => signal?.addEventListener("abort", resolve));
      signal?.throwIfAborted();
    })(),
  });
}

const GET = { method: "GET", path: "/v1/events", headers: {} } as const;

test("a host that falls silent is given up, however long it spoke", async () => {
  const { body } = await watched(speaking(900, 5), 1000)(GET);
  const words: string[] = [];
  const read = (async () => {
    for await (const word of body) words.push(word);
  })().catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await read).toMatchObject({ code: "ETIMEDOUT", reason: "the host has said nothing for 1 s" });
  expect(words).toHaveLength(5);
});

test("who stops listening leaves no timer", async () => {
  const { body } = await watched(speaking(10, 5), 1000)(GET);
  const read = (async () => {
    for await (const word of body) return word;
    return undefined;
  })();
  await vi.advanceTimersByTimeAsync(10);
  expect(await read).toBe("word");
});

test("a change may take as long as it takes", async () => {
  const slow: Transport = async () => {
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    return { status: 200, body: (async function* () {})() };
  };
  const changed = watched(slow, 1000)({ ...GET, method: "POST" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect((await changed).status).toBe(200);
});
