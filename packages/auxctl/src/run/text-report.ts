import type { ModuleChange } from "@auxbus/modules";
import type { LogRecord, Snapshot, UeventOverflow, UeventRecord } from "auxbus";
import { type Colors, colorsFor } from "../colors.ts";
import type { Io } from "../io.ts";
import type { ListeningHost, RunReport } from "./run-report.ts";
import { renderUevent, timestamp } from "../devices/render-uevent.ts";
import { renderTree, showsUnicode } from "../devices/tree.ts";

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

  host({ name, socket, url, token, state }: ListeningHost): void {
    const { err } = this.#io;
    err.write(`${this.#err.dim(`host ${name} listens on ${socket ?? "nothing"}, state in ${state}`)}\n`);
    if (url === null) return;
    // A token is for the eyes of a person, and for no file.
    const address = err.isTTY ? `${url}/#token=${token}` : `${url}; auxctl token prints its address with a token`;
    err.write(`console: ${this.#err.bold(address)}\n`);
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
    this.#io.out.write(`${renderUevent(event, this.#out)}\n`);
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
