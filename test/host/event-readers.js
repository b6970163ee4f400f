// Many readers of a host's events, in a thread of their own: each checks that no id is missing without a word.
import { request } from "node:http";
import { parentPort, workerData } from "node:worker_threads";

const { socket, after, readers } = workerData;
let newest = Infinity;
let finish = () => {};
const known = new Promise((resolve) => {
  finish = resolve;
});
parentPort.once("message", (id) => {
  newest = id;
  finish(undefined);
});

function open() {
  const result = { events: 0, lost: 0, next: after + 1, wrong: null };
  let begun = () => {};
  const connected = new Promise((resolve) => {
    begun = resolve;
  });
  const done = new Promise((resolve) => {
    const asking = request(
      { socketPath: socket, path: `/v1/events?after=${after}`, headers: { host: "localhost" }, agent: false },
      (response) => {
        begun(undefined);
        response.setEncoding("latin1");
        let rest = "";
        response.on("data", (piece) => {
          rest += piece;
          for (;;) {
            const end = rest.indexOf("\n\n");
            if (end < 0) break;
            take(rest.slice(0, end));
            rest = rest.slice(end + 2);
          }
          if (result.next > newest) response.destroy();
        });
        response.on("close", () => resolve(result));
        void known.then(() => {
          if (result.next > newest) response.destroy();
        });
      },
    );
    asking.on("error", (error) => {
      result.wrong = String(error);
      resolve(result);
    });
    asking.end();
  });
  function take(block) {
    if (block.startsWith("id: ")) {
      const id = Number(block.slice(4, block.indexOf("\n")));
      if (id !== result.next) result.wrong ??= `${id} after ${result.next - 1}`;
      result.next = id + 1;
      result.events++;
    } else if (block.startsWith("event: gap")) {
      const { from, to, lost } = JSON.parse(block.slice(block.indexOf("data: ") + 6));
      if (from !== result.next || lost !== to - from + 1)
        result.wrong ??= `gap ${from} to ${to} after ${result.next - 1}`;
      result.next = to + 1;
      result.lost += lost;
    }
  }
  return { connected, done };
}

const all = Array.from({ length: readers }, open);
await Promise.all(all.map(({ connected }) => connected));
parentPort.postMessage("connected");
parentPort.postMessage(await Promise.all(all.map(({ done }) => done)));
