import { parentPort, workerData } from "node:worker_threads";
import { errnoOf } from "auxbus";
import { trusted } from "../client/trusted.ts";
import { reasonOf } from "../reason.ts";
import { StoreDatabase } from "./database.ts";
import type { StoreAnswer, StoreReady, StoreRequest, StoreSetup } from "./protocol.ts";

// The thread of the database.

const port = parentPort;
if (port === null) throw new Error("this is the thread of a store; it is started by Store.open");

function failure(thrown: unknown): NonNullable<StoreAnswer["error"]> {
  return { code: errnoOf(thrown), message: reasonOf(thrown) };
}

try {
  const setup = trusted<StoreSetup>(workerData);
  const database = new StoreDatabase(setup);
  port.on("message", ({ call, method, args }: StoreRequest) => {
    try {
      const fn: (...given: never[]) => unknown = database[method];
      const result: unknown = Reflect.apply(fn, database, args);
      port.postMessage({ call, result } satisfies StoreAnswer);
    } catch (thrown) {
      port.postMessage({ call, error: failure(thrown) } satisfies StoreAnswer);
    }
    if (method === "close") port.close();
  });
  port.postMessage({ last: database.last } satisfies StoreReady);
} catch (thrown) {
  port.postMessage({ call: 0, error: failure(thrown) } satisfies StoreAnswer);
  port.close();
}
