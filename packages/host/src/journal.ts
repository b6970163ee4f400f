import { BusError, errnoOf, type Runtime, toError } from "auxbus";
import type { Entry, JournalBounds, JournalFilter, JournalPage, NewEntry } from "./journal-entry.ts";
import { rowOf } from "./store/journal-row.ts";
import type { Store } from "./store/store.ts";

/** Where a journal is kept. */
export type JournalStore = Pick<Store, "last" | "append" | "query" | "bounds">;

export interface JournalOptions {
  readonly runtime: Runtime;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /**
   * How many entries wait at most while they cannot be written (50,000). Ten times as many while they can, but more
   * come than the disk takes.
   */
  readonly waiting?: number | undefined;
  /** Hears of a subscriber that throws: of each once, since to write that down calls it again. */
  readonly failed?: ((error: Error) => void) | undefined;
}

export interface JournalStatus {
  readonly state: "ok" | "failing";
  /** Why it is failing. */
  readonly reason: string | null;
  /** How many entries were given up since the start. */
  readonly lost: number;
  readonly cursor: number;
  /** The last entry that is on the disk. */
  readonly committed: number;
}

/** How many entries are written at once. */
const BATCH = 2000;

/** How many entries wait at most while the disk is only slow, in units of `JournalOptions.waiting`. */
const SLOW = 10;

/** Milliseconds between two attempts while the disk is full: the first time, and at most. */
const RETRY = [500, 30_000] as const;

/**
 * What has happened, in order. Nobody waits for it who does not want to: entries that come while others are being
 * written are written together, next. While the disk is full they wait, up to a bound; what is lost then, the oldest
 * first, is told by an entry of its own in the place of the last of them: `gap`.
 *
 * An id is given at once and for good, so that a snapshot can say after which entry it was made. Therefore ids go up by
 * one, but before a `gap`: that one's id is as much greater as it says are lost.
 */
export class Journal {
  readonly #store: JournalStore;
  readonly #options: JournalOptions;
  readonly #subscribers = new Set<(entries: readonly Entry[]) => void>();
  readonly #reported = new WeakSet<(entries: readonly Entry[]) => void>();
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

  constructor(store: JournalStore, options: JournalOptions) {
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
    return new Promise((resolve) => this.#push(entry, resolve));
  }

  #push(entry: NewEntry, answer?: (journaled: boolean) => void): void {
    const id = ++this.#cursor;
    this.#waiting.push({ ...entry, id, time: Math.floor(this.#options.clock()) });
    if (this.#failure !== null) answer?.(false);
    else if (answer !== undefined) this.#askers.set(id, answer);
    this.#dropOld();
    if (!this.#working) {
      this.#working = true;
      this.#idle = new Promise<void>((resolve) => this.#options.runtime.defer(resolve)).then(() => this.#work());
    }
  }

  /** What is too much is lost; what is just being tried is not. */
  #dropOld(): void {
    const { waiting = 50_000 } = this.#options;
    const most = this.#failure === null ? waiting * SLOW : waiting;
    if (this.#waiting.length <= Math.max(most, this.#trying)) return;
    // More than one at a time: each time moves all that stay.
    const dropped = this.#waiting.splice(this.#trying, this.#waiting.length - most + Math.ceil(most / 10));
    const last = dropped.at(-1);
    if (last === undefined) return;
    let lost = 0;
    for (const entry of dropped) {
      this.#answer(entry.id, false);
      if (entry.kind !== "gap") this.#lost += 1;
      lost += entry.kind === "gap" ? entry.data.lost : 1;
    }
    const why = this.#failure?.reason ?? "more has happened than the disk could take";
    this.#waiting.splice(this.#trying, 0, { ...last, kind: "gap", device: null, driver: null, data: { lost, why } });
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH);
      this.#trying = batch.length;
      try {
        await this.#store.append(batch);
        this.#written(batch);
      } catch (error) {
        if (this.#replaceUnwritable(error)) continue;
        this.#failed(error);
        if (this.#closing) break;
        await this.#wait();
      }
    }
    this.#working = false;
  }

  #written(batch: readonly Entry[]): void {
    this.#waiting.splice(0, batch.length);
    this.#trying = 0;
    this.#committed = batch.at(-1)?.id ?? this.#committed;
    this.#failure = null;
    [this.#retry] = RETRY;
    for (const { id } of batch) this.#answer(id, true);
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(batch);
      } catch (error) {
        // It is written all the same.
        if (this.#reported.has(subscriber)) continue;
        this.#reported.add(subscriber);
        this.#options.failed?.(toError(error));
      }
    }
  }

  #answer(id: number, journaled: boolean): void {
    this.#askers.get(id)?.(journaled);
    this.#askers.delete(id);
  }

  /** Not all that drivers hand over can be written: what cannot must not keep the others from it. */
  #replaceUnwritable(error: unknown): boolean {
    if (errnoOf(error) !== "EINVAL") return false;
    let replaced = false;
    for (const [index, entry] of this.#waiting.slice(0, this.#trying).entries()) {
      try {
        rowOf(entry);
      } catch (error) {
        const message = `an entry of the kind ${entry.kind} cannot be written: ${toError(error).message}`;
        const { id, time } = entry;
        this.#waiting[index] = { id, time, kind: "log", device: null, driver: null, data: { level: "error", message } };
        replaced = true;
      }
    }
    return replaced;
  }

  #failed(error: unknown): void {
    this.#trying = 0;
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
