import type { ServerResponse } from "node:http";
import { toError } from "auxbus";
import type { Journal } from "../journal.ts";
import { asSent, bytesOf, type Kinds, type SentEntry } from "./sent-entry.ts";

/** How many bytes a reader may leave unread before it is waited for. */
const UNREAD = 1024 * 1024;

/** How many entries are sent at once to one who is behind. */
const PIECE = 1000;

/** Milliseconds after which a comment shows that the connection is still there. */
const HEARTBEAT = 15_000;

/** Where entries come from. */
export interface EntrySource {
  readonly journal: Pick<Journal, "query" | "bounds" | "cursor">;
  /** The first entry that is kept; those before are in the journal. */
  readonly first: number;
  /** The last entry that there is to read. */
  readonly last: number;
  /** Kept entries from an id on, at most `most`. */
  slice(from: number, most: number): readonly SentEntry[];
}

/**
 * One who reads the journal while it grows. Behind by what the feed still keeps, it is given that; behind by more, it
 * is given the journal's own entries when it has just come back, and told what it has missed when it is too slow.
 */
export class EventReader {
  readonly kinds: Kinds;
  readonly #feed: EntrySource;
  readonly #response: ServerResponse;
  readonly #ended: () => void;
  readonly #heartbeat: NodeJS.Timeout;
  #next: number;
  /** It asks for what was long ago; from the moment on that it has caught up, it has to keep up. */
  #catchingUp = true;
  #working = false;
  #over = false;

  constructor(feed: EntrySource, response: ServerResponse, after: number, kinds: Kinds, ended: () => void) {
    this.#feed = feed;
    this.#response = response;
    this.#next = after + 1;
    this.kinds = kinds;
    this.#ended = ended;
    this.#heartbeat = setInterval(() => this.#write(":\n\n"), HEARTBEAT);
    response.on("close", () => this.end());
    response.on("drain", () => this.wake());
  }

  /** The first entry that it has not been sent. */
  get next(): number {
    return this.#next;
  }

  /** It has all there is, and has read most of it. */
  get waiting(): boolean {
    return !this.#working && this.#response.writableLength <= UNREAD;
  }

  start(): void {
    this.#working = true;
    void this.#begin()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#working = false;
        this.wake();
      });
  }

  async #begin(): Promise<void> {
    const { oldest } = await this.#feed.journal.bounds();
    this.#event("hello", { cursor: this.#feed.last, oldest });
    // One that knows more than has happened has seen another journal.
    if (this.#next > this.#feed.journal.cursor + 1) {
      this.#event("gap", { from: 0, to: this.#feed.last, lost: this.#feed.last, expired: false });
      this.#next = this.#feed.last + 1;
    }
  }

  /** What comes next for one who is up to date. @param last the id of the last entry in it */
  send(chunk: Buffer, last: number): void {
    this.#next = last + 1;
    this.#catchingUp = false;
    if (chunk.length > 0) this.#write(chunk);
  }

  /** Goes on, if there is something to send and it is read. */
  wake(): void {
    if (this.#working || this.#over) return;
    this.#working = true;
    void this.#catchUp()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#working = false;
        // What has come since the last look.
        if (this.#hasMore()) this.wake();
      });
  }

  /** There is something to send, and it is read. */
  #hasMore(): boolean {
    return !this.#over && this.#next <= this.#feed.last && this.#response.writableLength <= UNREAD;
  }

  /** The journal cannot be read: whoever reads may ask again. */
  #fail(error: unknown): void {
    this.#event("error", { message: toError(error).message });
    this.end();
  }

  async #catchUp(): Promise<void> {
    while (this.#hasMore()) {
      if (this.#next < this.#feed.first) {
        if (this.#catchingUp) await this.#fromJournal();
        else this.#miss(this.#feed.first - 1, false);
        continue;
      }
      const entries = this.#feed.slice(this.#next, PIECE);
      const last = entries.at(-1);
      if (last === undefined) return;
      this.send(bytesOf(entries, this.kinds), last.id);
    }
  }

  async #fromJournal(): Promise<void> {
    const { entries } = await this.#feed.journal.query({ after: this.#next - 1, limit: PIECE, order: "asc" });
    const [first] = entries;
    const last = entries.at(-1);
    if (first === undefined || last === undefined) {
      this.#miss(this.#feed.first - 1, true);
      return;
    }
    if (first.id > this.#next) this.#miss(first.id - 1, true);
    this.#next = last.id + 1;
    this.#write(bytesOf(entries.map(asSent), this.kinds));
  }

  #miss(to: number, expired: boolean): void {
    this.#event("gap", { from: this.#next, to, lost: to - this.#next + 1, expired });
    this.#next = to + 1;
  }

  #event(name: string, data: object): void {
    this.#write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  #write(chunk: string | Buffer): void {
    if (!this.#over && !this.#response.writableEnded) this.#response.write(chunk);
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#heartbeat);
    if (!this.#response.writableEnded) this.#response.end();
    this.#ended();
  }
}
