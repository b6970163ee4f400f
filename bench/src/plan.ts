/** One figure that is measured: a workload of a contender at a size. */
export interface Task {
  readonly workload: string;
  readonly contender: string;
  readonly n: number;
}

/** How long a sample is repeated within its process, by the number of live units. */
export function cyclesFor(contender: string, n: number): number {
  if (contender.startsWith("cordis")) return n >= 10_000 ? 1_000 : 3_000;
  return n >= 1_000_000 ? 100_000 : 200_000;
}

/** Sizes beyond which a contender takes more than a minute a sample: left out, and said so. */
const LIMITS: Readonly<Record<string, number>> = { "cordis 3": 100_000, "cordis 4": 100_000, "pairs of cordis 4": 400 };

const HOSTS = ["floor", "auxbus", "auxbus async", "Effect 4 Scope", "cordis 3", "cordis 4"];

/** @param quick small sizes, to see that everything works */
export function plan(quick: boolean): { readonly tasks: Task[]; readonly skipped: string[] } {
  const tasks: Task[] = [];
  const skipped: string[] = [];
  const add = (workload: string, contenders: readonly string[], sizes: readonly number[]): void => {
    for (const n of sizes) {
      for (const contender of contenders) {
        const limit = LIMITS[`${workload} of ${contender}`] ?? LIMITS[contender] ?? Infinity;
        if (n > limit) skipped.push(`${workload} of ${contender} at ${n}: a sample would take more than a minute`);
        else tasks.push({ workload, contender, n });
      }
    }
  };
  const sizes = quick ? [1_000] : [1_000, 10_000, 100_000, 1_000_000];
  add("churn", HOSTS, sizes);
  add("fill and drain", HOSTS, quick ? [1_000] : [10_000, 100_000]);
  add("bytes", HOSTS, quick ? [1_000] : [10_000]);
  add("whole application", [...HOSTS, "avvio"], quick ? [100] : [1_000]);
  add("pairs", ["auxbus", "cordis 3", "cordis 4"], quick ? [50] : [400, 4_000]);
  add("beside drivers", ["auxbus"], quick ? [1, 100] : [1, 100, 10_000]);
  add("same name", ["auxbus"], quick ? [1_000] : [1_000, 10_000, 100_000]);
  add("register beside", ["auxbus"], quick ? [1_000] : [1_000, 10_000, 100_000]);
  add("register over", ["auxbus"], quick ? [1_000] : [1_000, 10_000, 100_000]);
  add("find by name", ["auxbus"], quick ? [1_000] : [1_000, 10_000, 100_000, 1_000_000]);
  add("unbind and bind by name", ["auxbus"], quick ? [1_000] : [1_000, 10_000, 100_000]);
  add("uevent", ["auxbus"], quick ? [100] : [10_000]);
  add("handle call", ["auxbus"], [1]);
  add("isolated call", ["bare MessagePort", "Comlink", "auxbus worker", "bare process", "auxbus process"], [1]);
  add("reload", ["beside the bus", "worker", "process"], quick ? [10] : [200]);
  add("crash", ["auxbus worker", "auxbus process"], quick ? [10] : [1_000]);
  return { tasks, skipped };
}

/** What the figures of a workload are. */
export const UNITS: Readonly<Record<string, string>> = {
  churn: "µs to attach and detach one more unit with n live",
  "fill and drain": "µs a unit to attach n and detach them",
  bytes: "bytes of heap for each of n attached units",
  "whole application": "µs a unit to boot an application of n units and close it",
  "pairs up": "ms until n consumers that wait for a supplier each are up",
  "pairs down": "ms until they are down again",
  "beside drivers": "µs for create and destroy at 10,000 devices beside n drivers that do not match",
  "same name": "µs for create and destroy of one and the same name, over and over, beside n devices",
  "register beside": "µs to register and unregister a driver that matches none of n devices",
  "register over": "ms until n waiting devices are bound to a driver that registers",
  "find by name": "µs to find a device in the middle of n",
  "unbind and bind by name": "µs to unbind and bind a device in the middle of n",
  uevent: "µs for a uevent with one subscriber",
  "isolated call": "µs for a call to a worker or process and its answer, one after the other",
  reload: "KB that stay in the bus's memory each time a module of 8 KB is replaced by a new version (n times)",
  "crash to bound": "ms from a driver's crash until its device is bound in a new worker or process (median of n)",
  "growth per crash": "bytes by which the heap has grown for each of n crashes",
  "handle call": "ns that a call through the revocable handle costs more than a direct one",
};
