import { chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { BusError, type Errno, toError } from "auxbus";
import Database from "libsql";
import { z } from "zod";
import { EntrySchema } from "../api/schemas.ts";
import type { Entry, JournalBounds, JournalFilter, JournalPage } from "../journal-entry.ts";
import { journalQuery } from "./journal-query.ts";
import { type Setting, SETTING_KINDS, type SettingKind, type StoreCalls, type StoreSetup } from "./protocol.ts";

/** Counts up with each change of the tables. */
const SCHEMA = 1;

/** How many entries are deleted at a time, so that nobody waits for it. */
const SWEEP = 2000;

/** How many appends there are between two sweeps. */
const SWEEP_EVERY = 64;

/**
 * The database of a host: journal and settings in one SQLite file. Synchronous; it runs in a thread of its own.
 *
 * Each call is one transaction, which is on the disk when the call returns (write-ahead log, `synchronous=FULL`).
 */
export class StoreDatabase implements StoreCalls {
  readonly #db: Database.Database;
  readonly #setup: StoreSetup;
  readonly #insert: Database.Statement;
  #appends = 0;
  #entries: number;

  /** @throws {BusError} `EBUSY` another host has it; `EINVAL` it is of a newer version; `EIO`, `ENOSPC` */
  constructor(setup: StoreSetup) {
    this.#setup = setup;
    const { file, maxPages } = setup;
    try {
      if (file !== null) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      this.#db = new Database(file ?? ":memory:");
      this.#db.pragma("auto_vacuum=INCREMENTAL");
      this.#db.pragma("journal_mode=WAL");
      this.#db.pragma("synchronous=FULL");
      // Whoever writes first keeps the file until it is closed.
      this.#db.pragma("locking_mode=EXCLUSIVE");
      this.#db.pragma("journal_size_limit=16777216");
      if (maxPages !== undefined) this.#db.pragma(`max_page_count=${maxPages}`);
      this.#migrate();
      if (file !== null) chmodSync(file, 0o600);
    } catch (error) {
      throw this.#failure(error);
    }
    this.#insert = this.#db.prepare(
      "INSERT INTO journal (id, time, kind, device, driver, module, level, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#entries = this.#count("SELECT count(*) AS n FROM journal");
  }

  #migrate(): void {
    this.#db.exec("BEGIN IMMEDIATE");
    const version = this.#count("SELECT user_version AS n FROM pragma_user_version");
    if (version > SCHEMA) {
      this.#db.exec("ROLLBACK");
      throw new BusError(
        "EINVAL",
        `${this.#name} was written by a newer version of auxbus (its schema is ${version}, this one knows ${SCHEMA}); ` +
          "use that version, or another state folder",
        { op: "open" },
      );
    }
    if (version < 1) {
      this.#db.exec(`
        CREATE TABLE journal (
          id INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL,
          device TEXT, driver TEXT, module TEXT, level INTEGER, data TEXT NOT NULL
        ) STRICT;
        CREATE INDEX journal_device ON journal (device, id) WHERE device IS NOT NULL;
        CREATE INDEX journal_kind ON journal (kind, id) WHERE kind <> 'uevent';
        CREATE TABLE settings (
          kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, by TEXT NOT NULL, time INTEGER NOT NULL,
          PRIMARY KEY (kind, key)
        ) STRICT;
        PRAGMA user_version = ${SCHEMA};
      `);
    }
    this.#db.exec("COMMIT");
  }

  /** The id of the newest entry; 0 when there is none. */
  get last(): number {
    return this.#count("SELECT coalesce(max(id), 0) AS n FROM journal");
  }

  append(entries: readonly Entry[]): void {
    this.#write(() => {
      for (const { id, time, kind, device, driver, data } of entries) {
        const module = "module" in data ? data.module : null;
        this.#insert.run(id, time, kind, device, driver, module, levelOf(data), JSON.stringify(data));
      }
    });
    this.#entries += entries.length;
    if (++this.#appends % SWEEP_EVERY === 0 || this.#entries > this.#setup.entries + SWEEP) this.#sweep(entries);
  }

  /** Deletes what is too old or too much, a little at a time. Failing at it is no failure of the append. */
  #sweep(entries: readonly Entry[]): void {
    const last = entries.at(-1);
    if (last === undefined) return;
    const keepFrom = last.id - this.#setup.entries + 1;
    try {
      const { changes } = this.#db
        .prepare(
          "DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE id < ? OR time < ? ORDER BY id LIMIT ?)",
        )
        .run(keepFrom, last.time - this.#setup.age, SWEEP);
      this.#entries -= changes;
      if (changes > 0) this.#db.pragma("incremental_vacuum(200)");
    } catch (error) {
      if (this.#failure(error).code !== "ENOSPC") throw error;
    }
  }

  query(filter: JournalFilter): JournalPage {
    const { sql, values } = journalQuery(filter);
    const rows = this.#read(() => this.#db.prepare(sql).all(...values));
    const entries = rows.slice(0, filter.limit).map(entryOf);
    return { entries, more: rows.length > filter.limit };
  }

  bounds(): JournalBounds {
    const [row] = this.#read(() => this.#db.prepare("SELECT min(id) AS oldest, max(id) AS newest FROM journal").all());
    return { ...BoundsRow.parse(row), entries: this.#entries };
  }

  settings(): Setting[] {
    return this.#read(() => this.#db.prepare("SELECT * FROM settings ORDER BY kind, key").all()).map(settingOf);
  }

  putSetting({ kind, key, value, by, time }: Setting): void {
    this.#write(() =>
      this.#db
        .prepare("INSERT OR REPLACE INTO settings (kind, key, value, by, time) VALUES (?, ?, ?, ?, ?)")
        .run(kind, key, JSON.stringify(value), by, time),
    );
  }

  deleteSetting(kind: SettingKind, key: string): void {
    this.#write(() => this.#db.prepare("DELETE FROM settings WHERE kind = ? AND key = ?").run(kind, key));
  }

  close(): void {
    this.#db.close();
  }

  #write(fn: () => unknown): void {
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      fn();
      this.#db.exec("COMMIT");
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec("ROLLBACK");
      throw this.#failure(error);
    }
  }

  #read<T>(fn: () => T): T {
    try {
      return fn();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #count(sql: string): number {
    return CountRow.parse(this.#db.prepare(sql).get()).n;
  }

  get #name(): string {
    return this.#setup.file ?? "the database in memory";
  }

  #failure(thrown: unknown): BusError {
    if (thrown instanceof BusError) return thrown;
    const { message } = toError(thrown);
    const code = sqliteCode(thrown);
    const details = { op: "store", cause: thrown };
    const busy = /busy|locked/i.test(`${code} ${message}`);
    if (busy)
      return new BusError("EBUSY", `another host uses ${this.#name}; stop it, or choose another state`, details);
    if (/notadb|corrupt|malformed|not a database/i.test(`${code} ${message}`)) {
      return new BusError("EIO", `${this.#name} is damaged (${message}); move it away to start with nothing`, details);
    }
    const full = /full|ENOSPC|no space/i.test(`${code} ${message}`);
    const errno: Errno = full ? "ENOSPC" : "EIO";
    return new BusError(
      errno,
      full ? `no room to write ${this.#name}: ${message}` : `${this.#name}: ${message}`,
      details,
    );
  }
}

const LEVELS = ["info", "warn", "error"] as const;

/** How bad a log entry is, as a number that can be compared. */
function levelOf(data: Entry["data"]): number | null {
  return "level" in data ? LEVELS.indexOf(data.level) : null;
}

function sqliteCode(thrown: unknown): string {
  return typeof thrown === "object" && thrown !== null && "code" in thrown ? String(thrown.code) : "";
}

const CountRow = z.object({ n: z.number() });
const BoundsRow = z.object({ oldest: z.number().nullable(), newest: z.number().nullable() });
const SettingRow = z.object({
  kind: z.enum(SETTING_KINDS),
  key: z.string(),
  value: z.string(),
  by: z.string(),
  time: z.number(),
});
const EntryRow = z.looseObject({ data: z.string() });

function entryOf(row: unknown): Entry {
  const { data, ...rest } = EntryRow.parse(row);
  const parsed: unknown = JSON.parse(data);
  return EntrySchema.parse({ ...rest, data: parsed });
}

function settingOf(row: unknown): Setting {
  const { value, ...rest } = SettingRow.parse(row);
  const parsed: unknown = JSON.parse(value);
  return { ...rest, value: parsed };
}
