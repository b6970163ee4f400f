import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { BusError } from "auxbus";
import { expect, onTestFinished, test } from "vitest";
import { EventReader } from "./event-reader.ts";

test("a journal that cannot be read ends the stream with a word, and nothing else", async () => {
  const failing = (): Promise<never> => Promise.reject(new BusError("EIO", "the disk is gone"));
  let ended = 0;
  const server = createServer((_request, response) => {
    const source = { journal: { query: failing, bounds: failing, cursor: 10 }, first: 1, last: 10, slice: () => [] };
    new EventReader(source, response, 0, null, () => ended++).start();
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const asking = request({ host: "127.0.0.1", port, agent: false }).end();
  const [response] = (await once(asking, "response")) as [NodeJS.ReadableStream];
  expect(await text(response)).toBe('event: error\ndata: {"message":"EIO: the disk is gone"}\n\n');
  expect(ended).toBe(1);
});
