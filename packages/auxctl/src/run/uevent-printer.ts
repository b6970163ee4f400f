import type { BusView } from "auxbus";
import type { RunReport } from "./run-report.ts";

/** Hands the uevents of a view to a report, from the moment it is made. */
export class UeventPrinter {
  readonly #end = new AbortController();
  readonly #finished: Promise<void>;

  constructor(view: BusView, report: RunReport) {
    this.#finished = this.#print(view, report);
  }

  async #print(view: BusView, report: RunReport): Promise<void> {
    for await (const event of view.uevents({ signal: this.#end.signal })) report.uevent(event);
  }

  /** When all that has happened until now has been handed over. */
  end(): Promise<void> {
    this.#end.abort();
    return this.#finished;
  }
}
