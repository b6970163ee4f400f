/** Whose recording a trace was compared with: the kernel's, or what this bus documents for a misuse. */
export type Authority = "linux" | "auxbus";

export interface Check {
  readonly against: Authority;
  /** The bus can do exactly what was recorded, line by line. */
  readonly equal: boolean;
  /** What was recorded. */
  readonly expected: readonly string[];
}

/** One scenario, run. */
export interface ReplayResult {
  readonly name: string;
  readonly file: string;
  /** Checked: the nearest to the recorded one that the bus can do. */
  readonly trace: readonly string[];
  readonly check: Check | undefined;
}

export interface ReplaySummary {
  readonly scenarios: number;
  /** Equal to the recording of Linux. */
  readonly linux: number;
  /** Equal to a documented refusal. */
  readonly refused: number;
  readonly different: number;
  /** Could not be read, run or compared. */
  readonly unusable: number;
  readonly seconds: number;
}

/** Takes what a replay finds, as it finds it. */
export interface ReplayReport {
  begin(scenarios: number): void;
  result(result: ReplayResult): void;
  /** A scenario that could not be read, run or compared. */
  unusable(file: string, message: string): void;
  end(summary: ReplaySummary): void;
}
