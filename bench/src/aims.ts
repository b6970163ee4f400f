import { figure, type Results } from "./results.ts";

/** A figure to hold. */
export interface Aim {
  readonly aim: string;
  readonly unit: string;
  readonly most: number;
  /** Undefined when what it needs was not measured. */
  readonly measure: (results: Results) => number | undefined;
}

type Get = (measure: string, contender: string, n: number) => number | undefined;

function aim(text: string, unit: string, most: number, measure: (get: Get) => number | undefined): Aim {
  return { aim: text, unit, most, measure: (results) => measure((...of) => figure(results, ...of)) };
}

const quotient = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a / b;

const SIZES = [1_000, 10_000, 100_000, 1_000_000];

export const AIMS: readonly Aim[] = [
  aim("add, bind, unbind and delete a device, 10,000 live", "µs", 2.5, (get) => get("churn", "auxbus", 10_000)),
  ...SIZES.map((n) =>
    aim(`the same against the floor, ${n.toLocaleString("en")} live`, "×", 5, (get) =>
      quotient(get("churn", "auxbus", n), get("churn", "floor", n)),
    ),
  ),
  aim("the same beside 10,000 drivers against 1", "×", 1.2, (get) =>
    quotient(get("beside drivers", "auxbus", 10_000), get("beside drivers", "auxbus", 1)),
  ),
  aim("one name over and over, beside 100,000 against 1,000", "×", 2, (get) =>
    quotient(get("same name", "auxbus", 100_000), get("same name", "auxbus", 1_000)),
  ),
  aim("find by name, 1,000,000 against 1,000", "µs more", 1, (get) => {
    const [large, small] = [get("find by name", "auxbus", 1_000_000), get("find by name", "auxbus", 1_000)];
    return large === undefined || small === undefined ? undefined : large - small;
  }),
  aim("unbind and bind by name, 100,000 against 1,000", "×", 2, (get) =>
    quotient(get("unbind and bind by name", "auxbus", 100_000), get("unbind and bind by name", "auxbus", 1_000)),
  ),
  ...(["cordis 3", "cordis 4"] as const).map((peer) =>
    aim(`churn against ${peer}, 10,000 live`, "of its time", 0.1, (get) =>
      quotient(get("churn", "auxbus", 10_000), get("churn", peer, 10_000)),
    ),
  ),
  aim("churn against Effect's bare scope, 10,000 live", "of its time", 0.5, (get) =>
    quotient(get("churn", "auxbus", 10_000), get("churn", "Effect 4 Scope", 10_000)),
  ),
  aim("memory of a bound device", "bytes", 1024, (get) => get("bytes", "auxbus", 10_000)),
  aim("4,000 pairs up", "ms", 100, (get) => get("pairs up", "auxbus", 4_000)),
  aim("4,000 pairs down", "ms", 100, (get) => get("pairs down", "auxbus", 4_000)),
  aim("100,000 waiting devices probed", "ms", 500, (get) => get("register over", "auxbus", 100_000)),
  aim("a call into a driver in a worker against a bare MessagePort", "×", 1.3, (get) =>
    quotient(get("isolated call", "auxbus worker", 1), get("isolated call", "bare MessagePort", 1)),
  ),
  aim("a call into a driver in a worker against Comlink", "of its time", 1, (get) =>
    quotient(get("isolated call", "auxbus worker", 1), get("isolated call", "Comlink", 1)),
  ),
  aim("a call through a handle, beyond a direct one", "ns", 10, (get) => get("handle call", "auxbus", 1)),
];
