import type { components, HostClient } from "@auxbus/host/client";
import { Interrupt } from "../interrupt.ts";
import type { Entry } from "../journal/entry.ts";
import { pagesAfter } from "../journal/pages.ts";
import { SCHEMA } from "../schema.ts";
import type { Shell } from "../shell.ts";
import { figures } from "./figures.ts";
import { renderTop } from "./render-top.ts";
import type { TopOptions } from "./top-command.ts";

/** What is counted. */
const KINDS = "uevent,probe,operation,crash";

/** The upper left corner, and nothing below it. */
const CLEAR = "\u001B[H\u001B[J";

/** Shows how busy the host is: once, or again and again. */
export async function top(options: TopOptions, shell: Shell): Promise<void> {
  const client = await shell.host(options);
  const recent = await RecentEntries.load(client, options.window, shell);
  if (options.once === true) show(recent, await client.get("/v1/status"), options, shell);
  else await keepShowing(recent, client, options, shell);
}

async function keepShowing(
  recent: RecentEntries,
  client: HostClient,
  options: TopOptions,
  shell: Shell,
): Promise<void> {
  const ending = new AbortController();
  const interrupt = new Interrupt(shell.io, () => ending.abort());
  try {
    const hearing = recent.follow(client, ending.signal);
    while (!ending.signal.aborted) {
      show(recent, await client.get("/v1/status"), options, shell);
      await pause(options.interval, [interrupt.promise, hearing], shell);
    }
  } catch (error) {
    if (!interrupt.happened) throw error;
  } finally {
    interrupt[Symbol.dispose]();
    ending.abort();
  }
}

function show(
  recent: RecentEntries,
  status: components["schemas"]["Status"],
  { json, once, window }: TopOptions,
  shell: Shell,
): void {
  const { host, devices, drivers, modules } = status;
  const record = { host, devices, drivers, modules, ...figures(recent.entries(), window) };
  if (json === true) {
    shell.record({ schema: SCHEMA, ...record });
    return;
  }
  const lines = renderTop(record, shell.colors);
  if (shell.io.out.isTTY && once !== true) shell.io.out.write(`${CLEAR}${lines.join("\n")}\n`);
  else shell.lines(once === true ? lines : [...lines, ""]);
}

/** Until the time is over, or one of `others` is. */
async function pause(seconds: number, others: readonly Promise<void>[], { io }: Shell): Promise<void> {
  let over = (): void => {};
  const passed = new Promise<void>((resolve) => {
    over = resolve;
  });
  const timer = io.after(seconds * 1000, over);
  try {
    await Promise.race([passed, ...others]);
  } finally {
    timer[Symbol.dispose]();
  }
}

/** The entries of the journal within a window that moves on. */
class RecentEntries {
  readonly #window: number;
  readonly #shell: Shell;
  #entries: Entry[] = [];
  #cursor: number | undefined;

  private constructor(window: number, shell: Shell) {
    this.#window = window;
    this.#shell = shell;
  }

  static async load(client: HostClient, window: number, shell: Shell): Promise<RecentEntries> {
    const recent = new RecentEntries(window, shell);
    const since = shell.io.now() - window * 1000;
    const { cursor } = await client.get("/v1/status");
    recent.#cursor = cursor;
    for await (const page of pagesAfter(client, { kind: KINDS, since }, 0, cursor + 1)) recent.#entries.push(...page);
    return recent;
  }

  /** Takes in what happens from then on. Ends by an error when the host goes. */
  async follow(client: HostClient, signal: AbortSignal): Promise<void> {
    try {
      for await (const { event, data } of client.events({ after: this.#cursor, kind: KINDS, signal })) {
        if (event === "entry") this.#entries.push(data);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  entries(): readonly Entry[] {
    const since = this.#shell.io.now() - this.#window * 1000;
    this.#entries = this.#entries.filter(({ time }) => time >= since);
    return this.#entries;
  }
}
