import { type DiffLine, formatDifference } from "@auxbus/testing";
import { type Colors, colorsFor } from "../colors.ts";
import type { Io } from "../io.ts";
import type { ReplayReport, ReplayResult, ReplaySummary } from "./replay-result.ts";

const CLEAR_LINE = "\r\u001b[K";

/** A replay as people and the recorder of traces write it. */
export class TextReport implements ReplayReport {
  readonly #io: Io;
  readonly #check: boolean;
  readonly #colors: Colors;
  #total = 0;
  #finished = 0;

  constructor(io: Io, options: { readonly check: boolean }) {
    this.#io = io;
    this.#check = options.check;
    this.#colors = colorsFor(io.out, io.env);
  }

  begin(scenarios: number): void {
    this.#total = scenarios;
    this.#progress();
  }

  result(result: ReplayResult): void {
    this.#clearProgress();
    if (!this.#check) this.#printTrace(result);
    else if (result.check?.equal === false) this.#printDifference(result);
    this.#finished++;
    this.#progress();
  }

  unusable(_file: string, message: string): void {
    this.#clearProgress();
    this.#io.err.write(`${colorsFor(this.#io.err, this.#io.env).red("auxctl:")} ${message}\n`);
    this.#finished++;
    this.#progress();
  }

  end(summary: ReplaySummary): void {
    this.#clearProgress();
    if (this.#check) this.#io.out.write(`${this.#summary(summary)}\n`);
  }

  #printTrace({ name, trace }: ReplayResult): void {
    const framed = this.#total > 1 ? [`=== BEGIN ${name}`, ...trace, `=== END ${name}`] : trace;
    if (framed.length > 0) this.#io.out.write(`${framed.join("\n")}\n`);
  }

  #printDifference({ file, trace, check }: ReplayResult): void {
    if (check === undefined) return;
    const { red, bold } = this.#colors;
    const whose = check.against === "linux" ? "Linux" : "documented";
    const paint = (line: DiffLine, text: string): string => this.#paint(line, text);
    const diff = formatDifference(check.expected, trace, paint);
    this.#io.out.write(`${red("differs")} ${bold(file)} (- ${whose}, + this bus)\n${diff}\n\n`);
  }

  #paint({ kind }: DiffLine, text: string): string {
    const { red, green, dim } = this.#colors;
    if (kind === "missing") return red(text);
    if (kind === "unexpected") return green(text);
    return dim(text);
  }

  #summary({ scenarios, linux, refused, different, unusable, seconds }: ReplaySummary): string {
    const { green, red } = this.#colors;
    const bad = (count: number, text: string): string => (count > 0 ? red(`${count} ${text}`) : `${count} ${text}`);
    const parts = [
      green(`${linux} equal to Linux 7.3`),
      ...(refused > 0 ? [green(`${refused} to a documented refusal`)] : []),
      bad(different, different === 1 ? "differs" : "differ"),
      ...(unusable > 0 ? [bad(unusable, "unusable")] : []),
    ];
    return `${scenarios} ${scenarios === 1 ? "scenario" : "scenarios"} in ${seconds.toFixed(1)} s: ${parts.join(", ")}`;
  }

  /** Only a person wants to see how far it is, and only when nothing else is being printed. */
  #progress(): void {
    if (!this.#check || !this.#io.err.isTTY || this.#finished === this.#total) return;
    this.#io.err.write(`${CLEAR_LINE}replayed ${this.#finished} of ${this.#total}`);
  }

  #clearProgress(): void {
    if (this.#check && this.#io.err.isTTY) this.#io.err.write(CLEAR_LINE);
  }
}
