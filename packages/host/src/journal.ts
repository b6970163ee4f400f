import { BusError, errnoOf, type Runtime, toError } from "auxbus";
import type { Entry, JournalBounds, JournalFilter, JournalPage, NewEntry } from "./journal-entry.ts";
import type { Store } from "./store/store.ts";

export interface JournalOptions {
  readonly runtime: Runtime;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** How many entries wait at most while they cannot be written (50,000). */
  readonly waiting?: number | undefined;
}

export interface JournalStatus {
  readonly state: "ok" | "failing";
  readonly reason: string | null;
  /** How many entries were never written. */
  readonly lost: number;
  readonly cursor: number;
  /** The last entry that is on the disk. */
  readonly committed: number;
}

/** How many entries are written at once. */
const BATCH = 2000;

/** Milliseconds between two attempts while the disk is full: the first time, and at most. */
const RETRY = [500, 30_000] as const;

/**
 * What has happened, in order. Nobody waits for it who does not want to: entries that come while
 * others are being written are written together, next. While the disk is full they wait, up to a bound; what is lost
 * then is told by an entry of its own: `gap`, in the place of the last of them.
 */
export class Journal {
  readonly #store: Store;
  readonly #options: JournalOptions;
  readonly #subscribers = new Set<(entries: readonly Entry[]) => void>();
  /** Not yet written, in order. */
  #waiting: Entry[] = [];
  /** Who wants to know of an entry, by its id. */
  readonly #askers = new Map<number, (journaled: boolean) => void>();
  #cursor: number;
  #committed: number;
  #working = false;
  /** How many of the waiting ones are just being written. */
  #trying = 0;
  #failure: BusError | null = null;
  #retry: number = RETRY[0];
  /** Does not wait any longer until the disk is tried again. */
  #wake: (() => void) | null = null;
  #lost = 0;
  #closing = false;
  #idle: Promise<void> = Promise.resolve();

  constructor(store: Store, options: JournalOptions) {
    this.#store = store;
    this.#options = options;
    this.#cursor = store.last;
    this.#committed = store.last;
  }

  /** The last id that was given. */
  get cursor(): number {
    return this.#cursor;
  }

  status(): JournalStatus {
    return {
      state: this.#failure === null ? "ok" : "failing",
      reason: this.#failure?.reason ?? null,
      lost: this.#lost,
      cursor: this.#cursor,
      committed: this.#committed,
    };
  }

  /** Hears of entries when they are on the disk, in order. */
  subscribe(fn: (entries: readonly Entry[]) => void): Disposable {
    const subscriber = (entries: readonly Entry[]): void => fn(entries);
    this.#subscribers.add(subscriber);
    return { [Symbol.dispose]: () => void this.#subscribers.delete(subscriber) };
  }

  /** Writes down that something has happened, soon. */
  add(entry: NewEntry): void {
    this.#push(entry);
  }

  /** As `add`. @returns whether it is on the disk; false: it could not be written yet */
  write(entry: NewEntry): Promise<boolean> {
    const id = this.#push(entry);
    if (this.#failure !== null) return Promise.resolve(false);
    return new Promise((resolve) => this.#askers.set(id, resolve));
  }

  #push(entry: NewEntry): number {
    const id = ++this.#cursor;
    this.#waiting.push({ ...entry, id, time: this.#options.clock() });
    if (this.#failure !== null) this.#dropOld();
    if (!this.#working) {
      this.#working = true;
      this.#idle = new Promise<void>((resolve) => this.#options.runtime.defer(resolve)).then(() => this.#work());
    }
    return id;
  }

  /** What is too much is lost, the oldest first; an entry in the place of the last of them tells how many. */
  #dropOld(): void {
    const { waiting = 50_000 } = this.#options;
    if (this.#waiting.length <= waiting) return;
    // More than one at a time, and not those that are just being tried.
    const dropped = this.#waiting.splice(this.#trying, Math.ceil(waiting / 10));
    const last = dropped.at(-1);
    if (last === undefined) return;
    const before = dropped.reduce((sum, entry) => sum + (entry.kind === "gap" ? entry.data.lost : 1), 0);
    this.#lost += dropped.filter(({ kind }) => kind !== "gap").length;
    const data = { lost: before, why: this.#failure?.reason ?? "" };
    const { id, time } = last;
    this.#waiting.splice(this.#trying, 0, { id, time, kind: "gap", device: null, driver: null, data });
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH);
      this.#trying = batch.length;
      try {
        await this.#store.append(batch);
        this.#written(batch);
      } catch (error) {
        this.#failed(error);
        if (this.#closing) break;
        await this.#wait();
      } finally {
        this.#trying = 0;
      }
    }
    this.#working = false;
  }

  #written(batch: readonly Entry[]): void {
    this.#waiting.splice(0, batch.length);
    this.#committed = batch.at(-1)?.id ?? this.#committed;
    this.#failure = null;
    [this.#retry] = RETRY;
    for (const { id } of batch) this.#answer(id, true);
    for (const subscriber of this.#subscribers) subscriber(batch);
  }

  #answer(id: number, journaled: boolean): void {
    this.#askers.get(id)?.(journaled);
    this.#askers.delete(id);
  }

  #failed(error: unknown): void {
    this.#failure = error instanceof BusError ? error : new BusError(errnoOf(error), toError(error).message);
    for (const id of this.#askers.keys()) this.#answer(id, false);
    this.#dropOld();
  }

  async #wait(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#options.runtime.setTimer(resolve, this.#retry);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#wake = null;
    this.#retry = Math.min(RETRY[1], this.#retry * 2);
  }

  /** What is there on the disk. @throws {BusError} `EIO` */
  query(filter: JournalFilter): Promise<JournalPage> {
    return this.#store.query(filter);
  }

  bounds(): Promise<JournalBounds> {
    return this.#store.bounds();
  }

  /** Writes what is waiting, as far as it can be written. The store is not closed. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#wake?.();
    await this.#idle;
  }
}
