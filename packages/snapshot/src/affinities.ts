import type { BusView } from "auxbus";
import type { SnapshotFile } from "./format.ts";

/** A view that knows more of interrupts than `/sys` does. */
interface KnowsAffinity {
  affinity(irq: number): string | null;
}

function knowsAffinity(view: object): view is KnowsAffinity {
  return "affinity" in view && typeof view.affinity === "function";
}

/** On which processors the interrupts may run that are in folders, by their numbers. */
export function affinitiesOf(view: BusView, folders: SnapshotFile["sysfs"]): Record<string, string> {
  const affinities: Record<string, string> = {};
  if (!knowsAffinity(view)) return affinities;
  for (const [path, nodes] of Object.entries(folders)) {
    if (!/\/(msi_)?irqs$/.test(path)) continue;
    for (const irq of Object.keys(nodes)) {
      const cpus = /^\d{1,9}$/.test(irq) ? view.affinity(Number(irq)) : null;
      if (cpus !== null && /^[\d,-]{0,4096}$/.test(cpus)) affinities[irq] = cpus;
    }
  }
  return affinities;
}
