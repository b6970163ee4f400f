import type { Entry } from "./api.ts";
import { reasonOf } from "./live.ts";
import type { Model } from "./model.ts";

/** How many entries are read back at most; filters find what is older. */
const HELD = 100_000;

export interface Page {
  /** Newest first. */
  readonly entries: readonly Entry[];
  readonly more: boolean;
}

export interface WindowOptions {
  /** The newest entries, or those before one. */
  read(before: number | undefined): Promise<Page>;
  /** Whether one that happens belongs here. */
  fits(entry: Entry): boolean;
  changed(): void;
}

/** A part of the journal, from somewhere until now, without holes. What is older is read when it is asked for. */
export class JournalWindow {
  readonly #options: WindowOptions;
  readonly #model: Model;
  #entries: Entry[] = [];
  #breaks: number;
  /** The last entry that was looked at, whether or not it fits. */
  #last = 0;
  /** Counts up when the first entry is another one. */
  #starts = 0;
  #begun = false;
  #more = true;
  #loading: Promise<void> | null = null;
  #error: string | null = null;
  #closed = false;

  constructor(model: Model, options: WindowOptions) {
    this.#model = model;
    this.#options = options;
    this.#breaks = model.breaks;
  }

  /** Oldest first. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get starts(): number {
    return this.#starts;
  }

  /** Whether there are older ones that can be read. */
  get more(): boolean {
    return this.#more && !this.isFull;
  }

  /** There are older ones, but too many. */
  get isFull(): boolean {
    return this.#more && this.#entries.length >= HELD;
  }

  get loading(): boolean {
    return this.#loading !== null;
  }

  /** Why the last page could not be read. */
  get error(): string | null {
    return this.#error;
  }

  close(): void {
    this.#closed = true;
  }

  /** Reads a page of older entries, the first time the newest. Asked again while it reads, it is the same page. */
  older(): Promise<void> {
    if (!this.more) return Promise.resolve();
    this.#loading ??= this.#read().finally(() => {
      this.#loading = null;
      if (!this.#closed) this.#options.changed();
    });
    return this.#loading;
  }

  async #read(): Promise<void> {
    const breaks = this.#breaks;
    try {
      const { entries, more } = await this.#options.read(this.#begun ? this.#entries[0]?.id : undefined);
      // It is no longer the same journal.
      if (breaks !== this.#breaks || this.#closed) return;
      this.#entries = [...entries.toReversed(), ...this.#entries];
      if (!this.#begun) this.#last = entries[0]?.id ?? 0;
      this.#begun = true;
      this.#more = more;
      this.#error = null;
      this.#starts++;
      this.follow();
    } catch (error) {
      this.#error = reasonOf(error);
    }
  }

  /** Takes what has happened meanwhile. @returns whether there was something */
  follow(): boolean {
    const { recent, breaks } = this.#model;
    if (breaks !== this.#breaks) {
      this.#breaks = breaks;
      this.#entries = [];
      this.#begun = false;
      this.#more = true;
      this.#starts++;
      // The page that is being read is of the other journal.
      void (this.#loading ?? Promise.resolve()).then(() => this.older());
      return true;
    }
    if (!this.#begun) return false;
    const first = firstAfter(recent, this.#last);
    const before = this.#entries.length;
    for (let i = first; i < recent.length; i++) {
      const entry = recent[i];
      if (entry !== undefined && this.#options.fits(entry)) this.#entries.push(entry);
    }
    this.#last = recent.at(-1)?.id ?? this.#last;
    // Seldom, as whoever shows them begins anew.
    if (this.#entries.length > HELD * 1.5) {
      this.#entries = this.#entries.slice(-HELD);
      this.#more = true;
      this.#starts++;
    }
    return this.#entries.length !== before;
  }
}

/** The place of the first entry after an id. */
function firstAfter(entries: readonly Entry[], id: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.id ?? 0) <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}
