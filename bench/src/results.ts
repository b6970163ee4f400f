export interface Figure {
  readonly measure: string;
  readonly contender: string;
  readonly n: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Results {
  readonly date: string;
  readonly node: string;
  readonly cpu: string;
  readonly samples: number;
  readonly figures: readonly Figure[];
  readonly skipped: readonly string[];
}

/** The median of one figure; undefined when it was not measured. */
export function figure({ figures }: Results, measure: string, contender: string, n: number): number | undefined {
  return figures.find((f) => f.measure === measure && f.contender === contender && f.n === n)?.median;
}
