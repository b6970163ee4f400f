import { chmodSync, closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { BusError } from "auxbus";
import Database from "libsql";
import { trusted } from "../client/trusted.ts";

/**
 * What makes a database of each version one of the next. Only ever add to it: files of every version are in use.
 *
 * `name` is the last part of the device's path; people ask for it more often than for the path.
 */
const MIGRATIONS = [
  `
  CREATE TABLE journal (
    id INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL,
    device TEXT, name TEXT, driver TEXT, module TEXT, level INTEGER, data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX journal_time ON journal (time);
  CREATE INDEX journal_kind ON journal (kind);
  CREATE INDEX journal_name ON journal (name) WHERE name IS NOT NULL;
  CREATE INDEX journal_driver ON journal (driver) WHERE driver IS NOT NULL;
  CREATE INDEX journal_module ON journal (module) WHERE module IS NOT NULL;
  CREATE INDEX journal_warn ON journal (id) WHERE level >= 1;
  CREATE INDEX journal_error ON journal (id) WHERE level >= 2;
  CREATE TABLE settings (
    kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, by TEXT NOT NULL, time INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
  ) STRICT;
  `,
] as const;

/** The version that this program writes. */
export const SCHEMA: number = MIGRATIONS.length;

/** Bytes of the write-ahead log that are kept when all of it is in the file; more is given back. */
const LOG_SIZE = 16 * 1024 * 1024;

/** KiB of the file that are kept in memory: the inner pages of the indexes. */
const CACHE = 16 * 1024;

/**
 * Opens a database for this process alone, makes it and its folder where there are none, and brings it to the
 * present version.
 *
 * @throws {BusError} `EINVAL` it is of a newer version; it is as it was
 * @throws what SQLite and the file system throw: `storeFailure` knows it
 */
export function openDatabase(file: string | null, maxPages: number | undefined): Database.Database {
  if (file !== null) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // The log beside it gets the mode that the file has when it is opened.
    closeSync(openSync(file, "a", 0o600));
    chmodSync(file, 0o600);
  }
  const isNew = file === null || statSync(file).size === 0;
  const db = new Database(file ?? ":memory:");
  try {
    // The lock that this transaction takes is kept until the database is closed, or the process ends however it does.
    db.pragma("locking_mode=EXCLUSIVE");
    // To be said before the first transaction, which makes the page where it is written. To say it again would write it
    // again: a host whose disk is full is to start all the same.
    if (isNew) db.pragma("auto_vacuum=INCREMENTAL");
    db.exec("BEGIN EXCLUSIVE; COMMIT");
    const version = versionOf(db, file);
    db.pragma("journal_mode=WAL");
    db.pragma("synchronous=FULL");
    db.pragma(`journal_size_limit=${LOG_SIZE}`);
    db.pragma(`cache_size=-${CACHE}`);
    if (maxPages !== undefined) db.pragma(`max_page_count=${maxPages}`);
    if (version < SCHEMA) {
      const steps = MIGRATIONS.slice(version).join("");
      db.exec(`BEGIN IMMEDIATE; ${steps} PRAGMA user_version=${SCHEMA}; COMMIT`);
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function versionOf(db: Database.Database, file: string | null): number {
  const [row] = trusted<{ readonly user_version: number }[]>(db.pragma("user_version"));
  const version = row?.user_version ?? 0;
  if (version <= SCHEMA) return version;
  throw new BusError(
    "EINVAL",
    `${file} was written by a newer version of auxbus (schema ${version}; this one knows ${SCHEMA}); ` +
      "use that version, or another state folder",
    { op: "open" },
  );
}
