import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { BusError, toError } from "auxbus";
import { trusted } from "../client/trusted.ts";
import type { Entry, JournalBounds, JournalFilter, JournalPage } from "../journal-entry.ts";
import { type JournalRow, rowOf } from "./journal-row.ts";
import type {
  Setting,
  SettingKind,
  StoreAnswer,
  StoreCalls,
  StoreReady,
  StoreRequest,
  StoreSetup,
} from "./protocol.ts";

export interface StoreOptions {
  /** null: in memory. */
  readonly file: string | null;
  readonly limits: { readonly entries: number; readonly days: number };
  /** For tests: how many pages the file may have, as if the disk was full. */
  readonly maxPages?: number | undefined;
}

interface Call {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * The database of a host, in a thread of its own: the bus never waits for the disk. What a method has resolved for is
 * on the disk.
 *
 * Each method throws `BusError`: `ENOSPC` the disk is full, `EIO` it cannot be written or read, `ESHUTDOWN` after
 * `close`.
 */
export class Store {
  /** The id of the newest entry when it was opened; 0 when there was none. */
  readonly last: number;
  readonly #worker: Worker;
  readonly #calls = new Map<number, Call>();
  #count = 0;
  #closing: Promise<void> | null = null;
  #querying: Promise<unknown> = Promise.resolve();
  #ended: BusError | null = null;

  /** @throws {BusError} `EBUSY` another host has it; `EINVAL` it is of a newer version; `EIO`, `ENOSPC` */
  static async open({ file, limits, maxPages }: StoreOptions): Promise<Store> {
    const setup: StoreSetup = { file, entries: limits.entries, age: limits.days * DAY, maxPages };
    // What is built runs as it is, and tests of the source need the built thread.
    const worker = new Worker(createRequire(import.meta.url).resolve("@auxbus/host/store-thread"), {
      workerData: setup,
      // Whatever this program was started with is not for the thread.
      execArgv: [],
    });
    const ready = await new Promise<StoreReady>((resolve, reject) => {
      worker.once("error", (error) => reject(broken(error)));
      worker.once("exit", () => reject(broken(new Error("its thread has ended"))));
      worker.once("message", (message: StoreReady | StoreAnswer) => {
        if ("last" in message) resolve(message);
        else if (message.error !== undefined) {
          // The file is free again when the thread has gone.
          const error = new BusError(message.error.code, message.error.message, { op: "open" });
          worker.removeAllListeners("exit");
          worker.once("exit", () => reject(error));
        }
      });
    });
    worker.removeAllListeners("error");
    worker.removeAllListeners("exit");
    return new Store(worker, ready.last);
  }

  private constructor(worker: Worker, last: number) {
    this.#worker = worker;
    this.last = last;
    worker.on("message", (answer: StoreAnswer) => this.#answered(answer));
    worker.on("error", (error) => this.#end(broken(error)));
    worker.on("exit", () => this.#end(new BusError("ESHUTDOWN", "the store is closed")));
    worker.unref();
  }

  /** @throws {BusError} `EINVAL` one of them cannot be written as JSON, and none is written; as all methods */
  append(entries: readonly Entry[]): Promise<void> {
    const rows: JournalRow[] = [];
    for (const entry of entries) {
      try {
        rows.push(rowOf(entry));
      } catch (error) {
        const message = `entry ${entry.id} of the journal cannot be written: ${toError(error).message}`;
        return Promise.reject(new BusError("EINVAL", message, { op: "store", cause: error }));
      }
    }
    return this.#call("append", rows);
  }

  /** One at a time: what is to be written never waits for more than one query. */
  query(filter: JournalFilter): Promise<JournalPage> {
    const page = this.#querying.then(() => this.#call("query", filter));
    this.#querying = page.catch(() => undefined);
    return page;
  }

  bounds(): Promise<JournalBounds> {
    return this.#call("bounds");
  }

  settings(): Promise<Setting[]> {
    return this.#call("settings");
  }

  putSetting(setting: Setting): Promise<void> {
    return this.#call("putSetting", setting);
  }

  deleteSetting(kind: SettingKind, key: string): Promise<void> {
    return this.#call("deleteSetting", kind, key);
  }

  /** Closes the file, after what was asked for before. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#ended !== null) return;
    const gone = new Promise<void>((resolve) => this.#worker.once("exit", () => resolve()));
    try {
      await this.#call("close");
    } finally {
      // The file is free when the thread has gone, not before.
      await gone;
    }
  }

  #call<M extends keyof StoreCalls>(method: M, ...args: Parameters<StoreCalls[M]>): Promise<ReturnType<StoreCalls[M]>> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const call = ++this.#count;
    // While somebody waits for the disk, the program does not end.
    if (this.#calls.size === 0) this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve: (result) => resolve(trusted(result)), reject });
      this.#worker.postMessage({ call, method, args } satisfies StoreRequest);
    });
  }

  #answered({ call, result, error }: StoreAnswer): void {
    const waiting = this.#calls.get(call);
    this.#calls.delete(call);
    if (this.#calls.size === 0 && this.#closing === null) this.#worker.unref();
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new BusError(error.code, error.message, { op: "store" }));
  }

  #end(why: BusError): void {
    this.#ended ??= why;
    for (const waiting of this.#calls.values()) waiting.reject(this.#ended);
    this.#calls.clear();
  }
}

function broken(error: Error): BusError {
  return new BusError("EIO", `the thread of the store has failed (${error.message}); start the host anew`, {
    op: "store",
    cause: error,
  });
}
