import { BusError, toError } from "auxbus";
import type { HostClient } from "@auxbus/host/client";
import type { Entry } from "./api.ts";
import type { Model, Part } from "./model.ts";

/** Milliseconds that changes are gathered before they are asked for and shown. */
const GATHER = 100;

/** Milliseconds until what could not be asked for is asked for again. */
const AGAIN = 1000;

/** Milliseconds between two looks at the status: that the journal fails is no event. */
const STATUS = 5000;

/** Milliseconds between two attempts to connect: the first time, and at most. */
const RETRY: readonly [number, number] = [500, 10_000];

/** How many devices are asked for at once. */
const LOOKUP = 1000;

/** Who has missed more entries than this begins anew: what there is now is there sooner than what there was. */
const MISSED = 20_000;

/** Keeps a model as its host is, through lost connections, until it is stopped. */
export class Live {
  readonly #client: HostClient;
  readonly #model: Model;
  readonly #end = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retryNow: (() => void) | null = null;

  constructor(client: HostClient, model: Model) {
    this.#client = client;
    this.#model = model;
  }

  stop(): void {
    this.#end.abort();
    clearTimeout(this.#timer);
    this.retry();
  }

  /** Does not wait for the next attempt any longer. */
  retry(): void {
    this.#retryNow?.();
  }

  async run(): Promise<void> {
    const { signal } = this.#end;
    let [delay] = RETRY;
    let since = 0;
    while (!signal.aborted) {
      try {
        await this.#follow(() => {
          [delay] = RETRY;
          since = 0;
        });
      } catch (error) {
        if (signal.aborted) return;
        if (isRefusal(error)) {
          this.#become({ state: "refused", why: reasonOf(error) });
          return;
        }
        since ||= Date.now();
        this.#become({ state: "lost", since, next: Date.now() + delay, why: reasonOf(error) });
        await this.#pause(delay);
        delay = Math.min(RETRY[1], delay * 2);
      }
    }
  }

  #become(connection: Model["connection"]): void {
    this.#model.connection = connection;
    this.#model.changed();
  }

  /** Until the connection is lost. */
  async #follow(connected: () => void): Promise<void> {
    const model = this.#model;
    const { signal } = this.#end;
    const [status, snapshot] = await Promise.all([
      this.#client.get("/v1/status", { signal }),
      this.#client.get("/v1/snapshot", { signal }),
    ]);
    model.status = status;
    const last = model.recent.at(-1);
    if (snapshot.cursor - (model.cursor ?? 0) > MISSED || (last !== undefined && !(await this.#isThere(last)))) {
      model.forgetEntries();
    }
    const after = model.cursor ?? snapshot.cursor;
    model.replace(snapshot);
    const timer = setInterval(() => {
      model.statusIsStale = true;
      this.#soon(GATHER);
    }, STATUS);
    try {
      for await (const { event, data } of this.#client.events({ after, signal })) {
        if (event === "hello") {
          connected();
          model.trouble = null;
          this.#become({ state: "live" });
        } else if (event === "entry") {
          model.take(data);
          this.#soon(GATHER);
        } else {
          // It has missed something: what there is now is asked for anew.
          model.forgetEntries();
          model.replace(await this.#client.get("/v1/snapshot", { signal }));
          model.changed();
        }
      }
    } finally {
      clearInterval(timer);
    }
  }

  /** Whether the journal still has an entry; a host that has begun a new one does not. */
  async #isThere({ id, time }: Entry): Promise<boolean> {
    const query = { after: id - 1, limit: 1, order: "asc" } as const;
    const { entries } = await this.#client.get("/v1/journal", { query, signal: this.#end.signal });
    return entries[0]?.id === id && entries[0].time === time;
  }

  #soon(delay: number): void {
    this.#timer ??= setTimeout(() => {
      void this.#refresh().then((done) => {
        this.#timer = undefined;
        if (this.#model.behind && !this.#end.signal.aborted) this.#soon(done ? GATHER : AGAIN);
      });
    }, delay);
  }

  /** @returns whether all that was asked for has come */
  async #refresh(): Promise<boolean> {
    const model = this.#model;
    try {
      await this.#lookUp();
      await this.#readParts();
      if (model.statusIsStale) {
        model.statusIsStale = false;
        model.status = await this.#client.get("/v1/status");
      }
      model.trouble = null;
      return true;
    } catch (error) {
      // When there is no connection, the stream of events breaks, too.
      model.trouble = reasonOf(error);
      return false;
    } finally {
      model.changed();
    }
  }

  async #lookUp(): Promise<void> {
    const model = this.#model;
    for (;;) {
      const paths = model.takeDirty(LOOKUP);
      if (paths.length === 0) return;
      try {
        model.update(paths, await this.#client.post("/v1/devices/lookup", { body: { paths } }));
      } catch (error) {
        model.putBack(paths);
        throw error;
      }
    }
  }

  async #readParts(): Promise<void> {
    const { stale } = this.#model;
    if (stale.size === 0) return;
    const parts = new Set<Part>(stale);
    stale.clear();
    try {
      const query = { parts: [...parts].join(",") };
      this.#model.updateParts(await this.#client.get("/v1/snapshot", { query }), parts);
    } catch (error) {
      for (const part of parts) stale.add(part);
      throw error;
    }
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#retryNow = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#retryNow = null;
  }
}

/** The token is not one of this host: trying again changes nothing. */
function isRefusal(error: unknown): boolean {
  return error instanceof BusError && error.code === "EACCES";
}

/** What went wrong, as the host says it. */
export function reasonOf(error: unknown): string {
  return error instanceof BusError ? `${error.reason} (${error.code})` : toError(error).message;
}
