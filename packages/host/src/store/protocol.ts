import type { Errno } from "auxbus";
import type { JournalBounds, JournalFilter, JournalPage } from "../journal-entry.ts";
import type { JournalRow } from "./journal-row.ts";

/** Something that an operator has set. */
export interface Setting {
  readonly kind: SettingKind;
  readonly key: string;
  /** A JSON value. */
  readonly value: unknown;
  /** Who. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export const SETTING_KINDS = ["autoprobe", "override", "blacklist", "param", "parked"] as const;

export type SettingKind = (typeof SETTING_KINDS)[number];

/** What the thread of the database does, and what it gives. */
export interface StoreCalls {
  append(rows: readonly JournalRow[]): void;
  query(filter: JournalFilter): JournalPage;
  bounds(): JournalBounds;
  settings(): Setting[];
  putSetting(setting: Setting): void;
  deleteSetting(kind: SettingKind, key: string): void;
  close(): void;
}

export interface StoreRequest {
  readonly call: number;
  readonly method: keyof StoreCalls;
  readonly args: readonly unknown[];
}

export interface StoreAnswer {
  readonly call: number;
  readonly result?: unknown;
  readonly error?: { readonly code: Errno; readonly message: string };
}

/** What the thread is started with. */
export interface StoreSetup {
  /** null: in memory. */
  readonly file: string | null;
  readonly entries: number;
  /** Milliseconds that entries are kept. */
  readonly age: number;
  /** For tests: how many pages the file may have, as if the disk was full. */
  readonly maxPages?: number | undefined;
}

/** What it says when it has started, or why it could not. */
export interface StoreReady {
  readonly last: number;
}
