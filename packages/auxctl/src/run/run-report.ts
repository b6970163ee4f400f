import type { ModuleChange } from "@auxbus/modules";
import type { LogRecord, Snapshot, UeventOverflow, UeventRecord } from "auxbus";

/** A host that listens. */
export interface ListeningHost {
  readonly name: string;
  readonly socket: string | null;
  readonly url: string | null;
  /** The operator's. */
  readonly token: string;
  /** The folder of its state. */
  readonly state: string;
  readonly pid: number;
}

/** Takes what there is to see of a running bus, as it happens. */
export interface RunReport {
  /** It can be asked and steered from now on. */
  host(host: ListeningHost): void;
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
