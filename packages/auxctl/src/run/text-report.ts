import type { ModuleChange } from "@auxbus/modules";
import type { LogRecord, Snapshot, UeventOverflow, UeventRecord } from "auxbus";
import { type Colors, colorsFor } from "../colors.ts";
import type { Io } from "../io.ts";
import type { RunReport } from "./run-report.ts";
import { renderTree } from "./tree.ts";

const QUIET: ReadonlySet<LogRecord["level"]> = new Set(["debug"]);

/** A running bus for people: the tree, then a line for each uevent. What only a person needs goes to stderr. */
export class TextReport implements RunReport {
  readonly #io: Io;
  readonly #verbose: boolean;
  readonly #out: Colors;
  readonly #err: Colors;
  /** The last uevent that the tree shows already; until there is a tree, all are held back. */
  #shown = Infinity;

  constructor(io: Io, options: { readonly verbose: boolean }) {
    this.#io = io;
    this.#verbose = options.verbose;
    this.#out = colorsFor(io.out, io.env);
    this.#err = colorsFor(io.err, io.env);
  }

  module(name: string, state: ModuleChange): void {
    if (this.#verbose) this.#note(`module ${name} ${state}`);
  }

  tree(snapshot: Snapshot, why: ReadonlyMap<string, string>): void {
    this.#shown = snapshot.seqnum;
    const lines = renderTree(snapshot, why, { colors: this.#out, unicode: showsUnicode(this.#io.env) });
    this.#io.out.write(`${lines.join("\n")}\n`);
  }

  uevent(event: UeventRecord | UeventOverflow): void {
    if (event.action === "overflow") {
      if (this.#verbose || this.#shown !== Infinity) this.#io.out.write(`${event.lost} uevents were lost here\n`);
      return;
    }
    if (event.seqnum <= this.#shown && !this.#verbose) return;
    const { dim } = this.#out;
    const driver = event.env["DRIVER"];
    const by = driver === undefined ? "" : dim(` driver=${driver}`);
    const action = this.#paintAction(event.action, event.action.padEnd(7));
    this.#io.out.write(`${dim(timestamp(event.time))} ${action} ${event.devpath}${by}\n`);
  }

  #paintAction(action: UeventRecord["action"], text: string): string {
    const { green, red, cyan, yellow } = this.#out;
    if (action === "bind") return green(text);
    if (action === "unbind") return red(text);
    return action === "add" || action === "remove" ? cyan(text) : yellow(text);
  }

  log({ level, message, time }: LogRecord): void {
    if (QUIET.has(level) && !this.#verbose) return;
    const { dim, red, yellow } = this.#err;
    const paint = level === "error" ? red : level === "warn" ? yellow : dim;
    this.#io.err.write(`${dim(timestamp(time))} ${paint(message)}\n`);
  }

  watching(): void {
    const enter = this.#io.out.isTTY ? "Enter prints the tree again, " : "";
    this.#note(`watching uevents; ${enter}Ctrl-C shuts the bus down`);
  }

  stopping(): void {
    this.#note("shutting down; Ctrl-C again ends at once");
  }

  failure(error: Error): void {
    this.#io.err.write(
      `${this.#err.red("auxctl:")} ${this.#verbose ? (error.stack ?? error.message) : error.message}\n`,
    );
    if (!(error.cause instanceof AggregateError)) return;
    for (const each of error.cause.errors)
      this.#io.err.write(`  ${each instanceof Error ? each.message : String(each)}\n`);
  }

  /** For a person at the terminal, not for a file. */
  #note(text: string): void {
    if (this.#io.err.isTTY || this.#verbose) this.#io.err.write(`${this.#err.dim(text)}\n`);
  }
}

/** As the kernel's log writes it: seconds since the start. */
function timestamp(milliseconds: number): string {
  return `[${(milliseconds / 1000).toFixed(6).padStart(12)}]`;
}

/** Whether the locale says that more than ASCII can be shown; no word about it counts as yes. */
function showsUnicode(env: Io["env"]): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"];
  return locale === undefined || locale === "" || /utf-?8/i.test(locale);
}
