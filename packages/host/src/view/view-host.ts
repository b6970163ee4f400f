import process from "node:process";
import { type BusView, systemRuntime, toError } from "auxbus";
import { type App, makeApp } from "../api/app.ts";
import { consoleFiles, type ConsoleFile } from "../api/console-files.ts";
import { EventFeed } from "../api/event-feed.ts";
import type { Entrance } from "../api/gate.ts";
import { addJournalRoutes } from "../api/journal-routes.ts";
import { Listeners } from "../api/listeners.ts";
import { addLookRoutes } from "../api/look-routes.ts";
import { routes } from "../api/routes.ts";
import { addSteerRoutes } from "../api/steer-routes.ts";
import { parseConfig } from "../config.ts";
import { Journal } from "../journal.ts";
import { Operations } from "../operations.ts";
import { Store } from "../store/store.ts";
import { Tokens } from "../tokens.ts";
import { VERSION } from "../version.ts";
import { ViewLooking } from "./view-looking.ts";
import { ViewSteering } from "./view-steering.ts";

export interface ViewHostOptions {
  readonly view: BusView;
  /** What the view is called, in a few words. */
  readonly name: string;
  /** Where it is from, and of when. */
  readonly about: string;
  /** Something can happen there; left out, nothing can, and nothing can be changed. */
  readonly live?: boolean | undefined;
  /** The address that is printed lets one only look, even if more could be done. */
  readonly reader?: boolean | undefined;
  /** The folder of the console's files. */
  readonly consoleFolder: string;
  /** 0: any. */
  readonly port?: number | undefined;
  /** Hears of what goes wrong. */
  readonly failed: (error: Error) => void;
}

/** How many may read events at a time. */
const EVENT_READERS = 64;

/**
 * Serves the console, and as much of the control API as there can be, over any view of buses: on a port of this machine
 * alone, for those who show its token. It keeps nothing when it ends.
 */
export class ViewHost implements AsyncDisposable {
  readonly #options: ViewHostOptions;
  readonly #tokens = Tokens.random();
  readonly #store: Store;
  readonly #journal: Journal;
  readonly #feed: EventFeed;
  readonly #looking: ViewLooking;
  readonly #listeners: Listeners;
  readonly #ending = new AbortController();
  readonly #started = Date.now();
  readonly #problems: string[] = [];
  #following: Promise<void> = Promise.resolve();

  /** @throws {BusError} `EADDRINUSE`, `EIO` nothing can listen there; what keeps the view from answering */
  static async start(options: ViewHostOptions): Promise<ViewHost> {
    const files = await consoleFiles(options.consoleFolder);
    const config = parseConfig({ listen: { http: { port: options.port ?? 0 } } });
    const store = await Store.open({ file: null, limits: config.journal });
    const host = new ViewHost(options, store, files);
    try {
      // One that cannot be looked at is of no use.
      await host.#looking.snapshot();
      if (options.live === true) await host.#follow();
      await host.#listeners.open(null, config.listen);
      return host;
    } catch (error) {
      await host.stop();
      throw error;
    }
  }

  private constructor(options: ViewHostOptions, store: Store, files: ReadonlyMap<string, ConsoleFile>) {
    this.#options = options;
    this.#store = store;
    const failed = (error: Error): void => options.failed(error);
    this.#journal = new Journal(store, { runtime: systemRuntime, clock: Date.now, failed });
    this.#feed = new EventFeed(this.#journal, EVENT_READERS);
    this.#looking = new ViewLooking(options.view, this.#journal);
    const app = (entrance: Entrance): App =>
      makeApp({ consoleFiles: files, failed }, entrance, (made) => this.#addRoutes(made));
    this.#listeners = new Listeners(app, this.#tokens);
  }

  /** Where the console is, with the token that lets one in. */
  get url(): string {
    const { live = false, reader = false } = this.#options;
    const token = live && !reader ? this.#tokens.operator : this.#tokens.reader;
    return `${this.#listeners.url ?? ""}/#token=${token}`;
  }

  #addRoutes(app: App): void {
    const [journal, feed] = [this.#journal, this.#feed];
    addLookRoutes(app, this.#looking);
    addJournalRoutes(app, { journal, feed });
    addSteerRoutes(app, new ViewSteering(this.#options.view, new Operations(journal)));
    app.openapi(routes.status, async (context) =>
      context.json({ ...(await this.#status()), role: context.var.caller.role }, 200),
    );
  }

  async #status() {
    const { name, about, live = false } = this.#options;
    const { oldest, entries } = await this.#journal.bounds();
    const { state, reason, lost } = this.#journal.status();
    return {
      api: 1 as const,
      host: name,
      version: VERSION,
      pid: process.pid,
      node: process.version,
      started: this.#started,
      uptime: Date.now() - this.#started,
      seqnum: this.#looking.seqnum,
      cursor: this.#journal.cursor,
      suspended: false,
      ready: true,
      problems: this.#problems,
      journal: { state, reason, entries, oldest, lost },
      devices: this.#looking.devicesSeen,
      drivers: this.#looking.driversSeen,
      modules: 0,
      view: { about, live },
    };
  }

  /** Writes down what happens. @returns when nothing is missed any more */
  async #follow(): Promise<void> {
    await new Promise<void>((listening) => {
      this.#following = this.#read(listening)
        .then(
          () => "it has ended",
          (error: unknown) => toError(error).message,
        )
        .then((why) => {
          if (!this.#ending.signal.aborted) this.#problems.push(`what happens is not seen any more: ${why}`);
          listening();
        });
    });
  }

  async #read(listening: () => void): Promise<void> {
    const { signal } = this.#ending;
    for await (const event of this.#options.view.uevents({ signal, listening })) {
      if (event.action === "overflow") {
        const message = `${event.lost} uevents were lost`;
        this.#journal.add({ kind: "log", device: null, driver: null, data: { level: "warn", message } });
        // They have to look at everything anew.
        this.#feed.endReaders();
        continue;
      }
      const { seqnum, action, devpath, subsystem = null, env } = event;
      this.#journal.add({
        kind: "uevent",
        device: devpath.startsWith("/devices/") ? devpath : null,
        driver: env["DRIVER"] ?? null,
        data: { seqnum, action, devpath, subsystem, env: { ...env } },
      });
    }
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#following;
    this.#feed[Symbol.dispose]();
    await this.#listeners.close();
    await this.#journal.close();
    await this.#store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
