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

let sweeping = false;

/** Deletes what is too much, a step at a time: between two of them others have their turn. */
function sweep(database: StoreDatabase): void {
  sweeping = database.sweep();
  if (sweeping) setImmediate(sweep, database);
}

try {
  const database = new StoreDatabase(trusted<StoreSetup>(workerData));
  let closed = false;
  port.on("message", ({ call, method, args }: StoreRequest) => {
    try {
      const fn: (...given: never[]) => unknown = database[method];
      const result: unknown = Reflect.apply(fn, database, args);
      port.postMessage({ call, result } satisfies StoreAnswer);
    } catch (thrown) {
      port.postMessage({ call, error: failure(thrown) } satisfies StoreAnswer);
    }
    if (method === "close") {
      closed = true;
      port.close();
    } else if (!sweeping && database.overfull) {
      sweeping = true;
      setImmediate(() => {
        if (!closed) sweep(database);
      });
    }
  });
  port.postMessage({ last: database.last } satisfies StoreReady);
} catch (thrown) {
  port.postMessage({ call: 0, error: failure(thrown) } satisfies StoreAnswer);
  port.close();
}
