import { type Colors, colorsFor } from "../colors.ts";
import type { Io } from "../io.ts";
import { renderHeader, renderRow } from "../table.ts";
import { cell, type FlatRecord, isFlat, renderValue, titleOf } from "./render-value.ts";

/** Where what a verb tells goes. */
export interface VerbOutput {
  report(record: unknown): void;
  /** At the end. */
  result(value: unknown): void;
}

/** One JSON value a line: the reports as they come, the result at the end, `null` when there is none. */
export class JsonOutput implements VerbOutput {
  readonly #io: Io;

  constructor(io: Io) {
    this.#io = io;
  }

  report(record: unknown): void {
    this.#io.out.write(`${JSON.stringify(record)}\n`);
  }

  result(value: unknown): void {
    this.#io.out.write(`${JSON.stringify(value ?? null)}\n`);
  }
}

/** Columns that are narrower jump when figures grow. */
const NARROWEST_NUMBER = 8;

/** For people: figures that are reported are rows below a header, which stands there once. */
export class TextOutput implements VerbOutput {
  readonly #io: Io;
  readonly #colors: Colors;
  #columns: readonly string[] = [];
  #widths: readonly number[] = [];

  constructor(io: Io) {
    this.#io = io;
    this.#colors = colorsFor(io.out, io.env);
  }

  report(record: unknown): void {
    if (!isFlat(record)) {
      this.result(record);
      return;
    }
    if (Object.keys(record).some((key) => !this.#columns.includes(key))) this.#begin(record);
    const cells = this.#columns.map((column) => cell(record[column]));
    this.#print([renderRow(cells, this.#widths)]);
  }

  result(value: unknown): void {
    this.#print(renderValue(value, this.#colors));
  }

  /** A new header: the figures are others. */
  #begin(record: FlatRecord): void {
    this.#columns = Object.keys(record);
    const titles = this.#columns.map(titleOf);
    const cells = this.#columns.map((column) => cell(record[column]));
    const numeric = cells.map((value) => typeof value === "number");
    this.#widths = cells.map((value, i) =>
      Math.max(numeric[i] === true ? NARROWEST_NUMBER : 0, titles[i]?.length ?? 0, String(value).length),
    );
    this.#print([this.#colors.dim(renderHeader(titles, this.#widths, numeric))]);
  }

  #print(lines: readonly string[]): void {
    if (lines.length > 0) this.#io.out.write(`${lines.join("\n")}\n`);
  }
}
