import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Entry } from "../journal-entry.ts";
import { EventFeed } from "./event-feed.ts";

function line(id: number): Entry {
  return { id, time: 0, kind: "log", device: null, driver: null, data: { level: "info", message: `line ${id}` } };
}

test("from now on means what happens from now on, not what is only being written", async () => {
  let tell: (entries: readonly Entry[]) => void = () => {};
  // Five are on the disk, two more have happened.
  const feed = new EventFeed(
    {
      cursor: 7,
      status: () => ({ state: "ok", reason: null, lost: 0, cursor: 7, committed: 5 }),
      bounds: () => Promise.resolve({ oldest: 1, newest: 5, entries: 5 }),
      query: () => Promise.reject(new Error("nobody asks for the past")),
      subscribe: (fn) => {
        tell = fn;
        return { [Symbol.dispose]: () => {} };
      },
    },
    1,
  );
  const server = createServer((_request, response) => feed.open(response, undefined, null)).listen(0, "127.0.0.1");
  onTestFinished(() => {
    feed[Symbol.dispose]();
    server.close();
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const [response] = (await once(request({ host: "127.0.0.1", port, agent: false }).end(), "response")) as [
    NodeJS.ReadableStream,
  ];
  let heard = "";
  for await (const piece of response) {
    heard += String(piece);
    if (heard.includes("event: hello") && !heard.includes("id: ")) {
      tell([line(6), line(7)]);
      tell([line(8)]);
    } else if (heard.includes("id: 8")) break;
  }
  expect([...heard.matchAll(/^(?:id|event): (\S+)/gm)].map(([, what]) => what)).toEqual(["hello", "8", "log"]);
});
