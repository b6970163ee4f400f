// Readers of a host's events, in a thread of their own, that measure how late entries come.
import { request } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";

const Setup = z.object({ socket: z.string(), after: z.number(), readers: z.number() });
const Gap = z.object({ to: z.number(), lost: z.number() });

const { socket, after, readers } = Setup.parse(workerData);
const port = parentPort;
if (port === null) throw new Error("this is a thread of the benchmark of the host");

let newest = Infinity;
let received = 0;
let lost = 0;
const latencies: number[] = [];
const checks = new Set<() => void>();
port.once("message", (cursor: unknown) => {
  newest = z.number().parse(cursor);
  for (const check of checks) check();
});

function read(): { readonly connected: Promise<void>; readonly done: Promise<void> } {
  let connected = (): void => {};
  const begun = new Promise<void>((resolve) => {
    connected = resolve;
  });
  const done = new Promise<void>((resolve, reject) => {
    const path = `/v1/events?after=${after}`;
    request({ socketPath: socket, path, headers: { host: "localhost" }, agent: false }, (response) => {
      connected();
      let next = after + 1;
      let rest = "";
      const check = (): void => {
        if (next > newest) response.destroy();
      };
      checks.add(check);
      response.setEncoding("latin1");
      response.on("data", (piece: string) => {
        const blocks = (rest + piece).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) {
          if (block.startsWith("id: ")) {
            next = Number(block.slice(4, block.indexOf("\n"))) + 1;
            received++;
            // One in a hundred is enough to know.
            if (next % 100 === 0) latencies.push(Date.now() - Number(/"time":(\d+)/.exec(block)?.[1]));
          } else if (block.startsWith("event: gap")) {
            const gap = Gap.parse(JSON.parse(block.slice(block.indexOf("data: ") + 6)));
            next = gap.to + 1;
            lost += gap.lost;
          }
        }
        check();
      });
      response.on("close", resolve);
    })
      .on("error", reject)
      .end();
  });
  return { connected: begun, done };
}

const all = Array.from({ length: readers }, read);
await Promise.all(all.map(({ connected }) => connected));
port.postMessage("connected");
await Promise.all(all.map(({ done }) => done));
port.postMessage({ received, lost, latencies });
