import type { HostClient } from "@auxbus/host/client";
import { Interrupt } from "../interrupt.ts";
import { SCHEMA } from "../schema.ts";
import type { Shell } from "../shell.ts";
import { type Entry, renderEntry } from "./entry.ts";
import { type Filter, matches } from "./filter.ts";
import { newest, pagesAfter } from "./pages.ts";

export interface LogOutput {
  readonly json: boolean;
  readonly most: number;
}

/** Prints entries of the journal, the oldest first. */
export async function showLog(
  client: HostClient,
  filter: Filter,
  { json, most }: LogOutput,
  shell: Shell,
): Promise<void> {
  const printer = new LogPrinter(shell, json);
  if (most !== Infinity) printer.print(await newest(client, filter, most));
  else for await (const page of pagesAfter(client, filter)) printer.print(page);
}

/** Prints the newest entries, then those that come, until Ctrl-C. */
export async function follow(
  client: HostClient,
  filter: Filter,
  { json, most }: LogOutput,
  shell: Shell,
): Promise<void> {
  const printer = new LogPrinter(shell, json);
  const ending = new AbortController();
  const interrupt = new Interrupt(shell.io, () => ending.abort());
  try {
    // First: what happens from here on comes as events.
    const { cursor } = await client.get("/v1/status");
    printer.print((await newest(client, filter, most)).filter(({ id }) => id <= cursor));
    const { kind } = filter;
    for await (const { event, data } of client.events({ after: cursor, kind, signal: ending.signal })) {
      if (event === "entry" && matches(filter, data)) printer.print([data]);
      else if (event === "gap" && data.expired) printer.lost(data.lost);
      else if (event === "gap") {
        for await (const page of pagesAfter(client, filter, data.from - 1, data.to + 1)) printer.print(page);
      }
    }
  } catch (error) {
    if (!interrupt.happened) throw error;
  } finally {
    interrupt[Symbol.dispose]();
    ending.abort();
  }
}

class LogPrinter {
  readonly #shell: Shell;
  readonly #json: boolean;

  constructor(shell: Shell, json: boolean) {
    this.#shell = shell;
    this.#json = json;
    if (json) shell.record({ type: "auxctl", schema: SCHEMA });
  }

  print(entries: readonly Entry[]): void {
    const { colors } = this.#shell;
    this.#shell.lines(
      entries.map((entry) => (this.#json ? JSON.stringify({ type: "entry", ...entry }) : renderEntry(entry, colors))),
    );
  }

  lost(lost: number): void {
    if (this.#json) this.#shell.record({ type: "lost", lost });
    else this.#shell.lines([`${lost} entries were too old to be kept`]);
  }
}
