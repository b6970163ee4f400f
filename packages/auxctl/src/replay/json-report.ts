import type { Io } from "../io.ts";
import type { ReplayReport, ReplayResult, ReplaySummary } from "./replay-result.ts";

/** A replay as one JSON object a line: a `scenario` each, an `error` for one that is unusable, a `summary` at the end. */
export class JsonReport implements ReplayReport {
  readonly #io: Io;

  constructor(io: Io) {
    this.#io = io;
  }

  begin(): void {}

  result({ name, file, trace, check }: ReplayResult): void {
    this.#write({ type: "scenario", name, file, trace, ...(check !== undefined && { check }) });
  }

  unusable(file: string, message: string): void {
    this.#write({ type: "error", file, message });
  }

  end(summary: ReplaySummary): void {
    this.#write({ type: "summary", ...summary });
  }

  #write(record: object): void {
    this.#io.out.write(`${JSON.stringify(record)}\n`);
  }
}
