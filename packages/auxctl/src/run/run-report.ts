import type { ModuleChange } from "@auxbus/modules";
import type { LogRecord, Snapshot, UeventOverflow, UeventRecord } from "auxbus";

/** Takes what there is to see of a running bus, as it happens. */
export interface RunReport {
  module(name: string, state: ModuleChange): void;
  /** The whole tree; `why` says what devices without driver wait for. */
  tree(snapshot: Snapshot, why: ReadonlyMap<string, string>): void;
  uevent(event: UeventRecord | UeventOverflow): void;
  log(record: LogRecord): void;
  /** Everything is loaded; from now on the user only watches. */
  watching(): void;
  /** The bus is being shut down. */
  stopping(): void;
  failure(error: Error): void;
}
