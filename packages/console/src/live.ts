import { BusError, toError } from "auxbus";
import type { HostClient } from "@auxbus/host/client";
import type { Model, Part } from "./model.ts";

/** Milliseconds that changes are gathered before they are asked for and shown. */
const GATHER = 100;

/** Milliseconds between two attempts to connect: the first time, and at most. */
const RETRY = [500, 10_000] as const;

/** How many devices are asked for at once. */
const LOOKUP = 1000;

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
  }

  /** Does not wait for the next attempt any longer. */
  retry(): void {
    this.#retryNow?.();
  }

  async run(): Promise<void> {
    const model = this.#model;
    let [delay] = RETRY as readonly [number, number];
    let since = 0;
    while (!this.#end.signal.aborted) {
      try {
        await this.#follow(() => {
          [delay] = RETRY;
          since = 0;
        });
      } catch (thrown) {
        if (this.#end.signal.aborted) return;
        const error = toError(thrown);
        // 401: trying again changes nothing.
        if (thrown instanceof BusError && thrown.code === "EACCES") {
          model.connection = { state: "refused", why: thrown.reason };
          model.changed();
          return;
        }
        since ||= Date.now();
        const why = thrown instanceof BusError ? thrown.reason : error.message;
        model.connection = { state: "lost", since, next: Date.now() + delay, why };
        model.changed();
        await this.#pause(delay);
        delay = Math.min(RETRY[1], delay * 2);
      }
    }
  }

  /** Until the connection is lost. */
  async #follow(connected: () => void): Promise<void> {
    const model = this.#model;
    model.status = await this.#client.get("/v1/status");
    const snapshot = await this.#client.get("/v1/snapshot");
    // Another journal than before: it has begun anew.
    if ((model.cursor ?? 0) > snapshot.cursor) model.recent = [];
    const after = model.cursor ?? snapshot.cursor;
    model.replace(snapshot);
    for await (const { event, data } of this.#client.events({ after, signal: this.#end.signal })) {
      if (event === "hello") {
        connected();
        model.connection = { state: "live" };
        model.changed();
      } else if (event === "entry") {
        model.take(data);
        this.#soon();
      } else {
        // It has missed something: what there is now is asked for anew.
        model.replace(await this.#client.get("/v1/snapshot"));
        model.changed();
      }
    }
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      void this.#refresh().finally(() => {
        this.#timer = undefined;
        if (this.#model.dirty.size > 0 || this.#model.stale.size > 0) this.#soon();
      });
    }, GATHER);
  }

  async #refresh(): Promise<void> {
    const model = this.#model;
    const paths = [...model.dirty].slice(0, LOOKUP);
    const parts = new Set<Part>(model.stale);
    for (const path of paths) model.dirty.delete(path);
    model.stale.clear();
    try {
      if (paths.length > 0) {
        const { devices } = await this.#client.post("/v1/devices/lookup", { body: { paths } });
        model.update(paths, devices);
      }
      if (parts.size > 0) {
        const query = { parts: [...parts].join(",") };
        model.updateParts(await this.#client.get("/v1/snapshot", { query }), parts);
      }
      model.status = await this.#client.get("/v1/status");
    } catch {
      // The stream of events breaks, too, and then everything is asked for anew.
    }
    model.changed();
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
