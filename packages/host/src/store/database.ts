import type Database from "libsql";
import { trusted } from "../client/trusted.ts";
import type { JournalBounds, JournalFilter, JournalPage } from "../journal-entry.ts";
import { journalQuery } from "./journal-query.ts";
import { entryOf, type JournalRow } from "./journal-row.ts";
import { openDatabase } from "./open-database.ts";
import type { Setting, SettingKind, StoreCalls, StoreSetup } from "./protocol.ts";
import { storeFailure } from "./store-failure.ts";

/** How many entries, and free pages, are taken away at a time, so that nobody waits long for it. */
const STEP = 500;

/** What part more than the limit there may be, so that not every append is followed by a deletion. */
const SLACK = 0.01;

/**
 * The database of a host: journal and settings in one SQLite file. Synchronous; it runs in a thread of its own.
 *
 * Each call is one transaction, which is on the disk when the call returns (write-ahead log, `synchronous=FULL`).
 * Each throws what `storeFailure` makes.
 */
export class StoreDatabase implements StoreCalls {
  readonly #setup: StoreSetup;
  readonly #db: Database.Database;
  readonly #insert: Database.Statement;
  #entries: number;
  /** When the newest entry has happened: what is too old depends on it. */
  #now = 0;
  /** When the oldest one has. */
  #oldest: number;

  /** @throws {BusError} `EBUSY` another host has it; `EINVAL` it is of a newer version; `EIO`, `ENOSPC` */
  constructor(setup: StoreSetup) {
    this.#setup = setup;
    this.#db = this.#try(() => openDatabase(setup.file, setup.maxPages));
    this.#insert = this.#db.prepare("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#entries = this.#number("SELECT count(*) AS n FROM journal");
    this.#oldest = this.#oldestTime();
  }

  /** The id of the newest entry; 0 when there is none. */
  get last(): number {
    return this.#number("SELECT max(id) AS n FROM journal");
  }

  append(rows: readonly JournalRow[]): void {
    this.#transaction(() => {
      for (const row of rows) this.#insert.run(row);
    });
    this.#entries += rows.length;
    this.#now = rows.at(-1)?.[1] ?? this.#now;
    if (this.#oldest === 0) this.#oldest = this.#oldestTime();
  }

  /** There is more than the limits allow. */
  get overfull(): boolean {
    const { entries, age } = this.#setup;
    return this.#entries > entries * (1 + SLACK) || this.#oldest < this.#now - age * (1 + SLACK);
  }

  /**
   * Deletes a few entries that are too old or too many, and gives the room back.
   *
   * @returns whether there are more; not when it could not be done: there is time until the next append
   */
  sweep(): boolean {
    const { entries, age } = this.#setup;
    try {
      const tooMany = Math.min(STEP, Math.max(0, this.#entries - entries));
      const { changes } = this.#db
        .prepare(
          `DELETE FROM journal WHERE id IN (SELECT id FROM journal ORDER BY id LIMIT ?)
           OR id IN (SELECT id FROM journal WHERE time < ? ORDER BY time LIMIT ?)`,
        )
        .run(tooMany, this.#now - age, STEP);
      this.#entries -= changes;
      this.#oldest = this.#oldestTime();
      this.#db.pragma(`incremental_vacuum(${STEP})`);
      return changes >= STEP;
    } catch {
      // Of a disk that is full or broken the next append tells.
      return false;
    }
  }

  query(filter: JournalFilter): JournalPage {
    return this.#try(() => {
      const { sql, values } = journalQuery(filter);
      const rows = this.#db.prepare(sql).all(...values);
      return { entries: rows.slice(0, filter.limit).map(entryOf), more: rows.length > filter.limit };
    });
  }

  bounds(): JournalBounds {
    return this.#try(() => {
      const entries = this.#entries;
      if (entries === 0) return { oldest: null, newest: null, entries };
      return { oldest: this.#number("SELECT min(id) AS n FROM journal"), newest: this.last, entries };
    });
  }

  settings(): Setting[] {
    return this.#try(() => this.#db.prepare("SELECT * FROM settings ORDER BY kind, key").all().map(settingOf));
  }

  putSetting({ kind, key, value, by, time }: Setting): void {
    this.#transaction(() =>
      this.#db
        .prepare("INSERT OR REPLACE INTO settings (kind, key, value, by, time) VALUES (?, ?, ?, ?, ?)")
        .run(kind, key, JSON.stringify(value), by, time),
    );
  }

  deleteSetting(kind: SettingKind, key: string): void {
    this.#transaction(() => this.#db.prepare("DELETE FROM settings WHERE kind = ? AND key = ?").run(kind, key));
  }

  close(): void {
    this.#try(() => this.#db.close());
  }

  #transaction(fn: () => unknown): void {
    this.#try(() => {
      this.#db.exec("BEGIN IMMEDIATE");
      try {
        fn();
        this.#db.exec("COMMIT");
      } catch (error) {
        // After some errors SQLite has done it itself.
        if (this.#db.inTransaction) this.#db.exec("ROLLBACK");
        throw error;
      }
    });
  }

  #try<T>(fn: () => T): T {
    try {
      return fn();
    } catch (error) {
      throw storeFailure(error, this.#setup.file);
    }
  }

  #oldestTime(): number {
    return this.#number("SELECT min(time) AS n FROM journal");
  }

  #number(sql: string): number {
    return this.#try(() => trusted<{ readonly n: number | null } | undefined>(this.#db.prepare(sql).get())?.n ?? 0);
  }
}

function settingOf(row: unknown): Setting {
  const { kind, key, value, by, time } = trusted<Setting & { readonly value: string }>(row);
  return { kind, key, value: trusted<unknown>(JSON.parse(value)), by, time };
}
