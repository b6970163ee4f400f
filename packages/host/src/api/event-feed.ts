import type { ServerResponse } from "node:http";
import type { Entry } from "../journal-entry.ts";
import type { Journal } from "../journal.ts";
import { EventReader } from "./event-reader.ts";
import { asSent, bytesOf, type Kinds, type SentEntry } from "./sent-entry.ts";

/** As much of the journal as is needed here. */
type FeedJournal = Pick<Journal, "query" | "bounds" | "cursor" | "status" | "subscribe">;

/** How many entries are kept for readers that are a little behind. */
const KEPT = 16_384;

/** How many more there may be before the oldest are forgotten. */
const SLACK = 1024;

/**
 * Sends the journal to readers as it grows. Each entry becomes text once, whoever reads it; a batch becomes bytes once
 * for all readers that are up to date and want the same kinds.
 */
export class EventFeed implements Disposable {
  readonly journal: FeedJournal;
  readonly #subscription: Disposable;
  readonly #readers = new Set<EventReader>();
  readonly #most: number;
  #kept: SentEntry[] = [];
  #last: number;

  /** @param most readers at a time */
  constructor(journal: FeedJournal, most: number) {
    this.journal = journal;
    this.#most = most;
    this.#last = journal.status().committed;
    this.#subscription = journal.subscribe((entries) => this.#take(entries));
  }

  /** How many read. */
  get readers(): number {
    return this.#readers.size;
  }

  get full(): boolean {
    return this.#readers.size >= this.#most;
  }

  /** The last entry that there is to read. */
  get last(): number {
    return this.#last;
  }

  /** The first entry that is kept here; those before are in the journal. */
  get first(): number {
    return this.#kept[0]?.id ?? this.#last + 1;
  }

  /** Sends what comes after an entry, until the connection ends. */
  open(response: ServerResponse, after: number | undefined, kinds: Kinds): void {
    const reader: EventReader = new EventReader(this, response, after ?? this.journal.cursor, kinds, () =>
      this.#readers.delete(reader),
    );
    this.#readers.add(reader);
    reader.start();
  }

  /** Kept entries from an id on, at most `most`. Ids may be missing: those that could not be written. */
  slice(from: number, most: number): readonly SentEntry[] {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#kept[middle]?.id ?? Infinity) < from) low = middle + 1;
      else high = middle;
    }
    return this.#kept.slice(low, low + most);
  }

  #take(entries: readonly Entry[]): void {
    const [first] = entries;
    const last = entries.at(-1);
    if (first === undefined || last === undefined) return;
    const sent = entries.map(asSent);
    this.#last = last.id;
    this.#kept.push(...sent);
    // Now and then, not each time: it copies all.
    if (this.#kept.length > KEPT + SLACK) this.#kept = this.#kept.slice(-KEPT);
    const chunks = new Map<string, Buffer>();
    for (const reader of this.#readers) {
      if (reader.next !== first.id || !reader.waiting) {
        reader.wake();
        continue;
      }
      const key = reader.kinds === null ? "" : [...reader.kinds].join();
      let chunk = chunks.get(key);
      if (chunk === undefined) chunks.set(key, (chunk = bytesOf(sent, reader.kinds)));
      reader.send(chunk, last.id);
    }
  }

  /** They come back, and look at everything anew. */
  endReaders(): void {
    for (const reader of this.#readers) reader.end();
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.endReaders();
  }
}
