/** A scenario that cannot be understood or run: where, and what was expected there. */
export class ScenarioError extends Error {
  override readonly name: string = "ScenarioError";
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;

  constructor(file: string, line: number, message: string, options?: { cause?: unknown }) {
    super(`${file}:${line}: ${message}`, options);
    this.file = file;
    this.line = line;
  }
}
