/** Units that come and go: what a benchmark does to every contender alike. */
export interface Host<Unit = unknown> {
  /** One more unit: its probe runs, and it is ended by `detach`. */
  attach(index: number): Promise<Unit>;
  /** Its cleanup runs. */
  detach(unit: Unit): Promise<void>;
}

export interface Contender {
  readonly name: string;
  /** What the figure of a cycle stands for. */
  readonly what: string;
  /** Largest number of live units that a sample takes less than a minute for. */
  readonly most: number;
  open(): Promise<Host>;
}

/** Counts what probes and cleanups do, so that nobody can leave them out. */
export const work = { probed: 0, cleaned: 0 };
