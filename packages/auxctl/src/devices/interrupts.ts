import type { BusView } from "auxbus";

/** An interrupt of a device. */
export interface Interrupt {
  readonly irq: number;
  /** On which processors it may run, as `0-3,8`; null where nobody says. */
  readonly cpus: string | null;
}

/** A view that knows more of interrupts than `/sys` does. */
interface KnowsAffinity {
  affinity(irq: number): string | null;
}

function knowsAffinity(view: object): view is KnowsAffinity {
  return "affinity" in view && typeof view.affinity === "function";
}

/** Where a device shows its interrupts: an auxiliary device, a PCI device. */
const FOLDERS = ["irqs", "msi_irqs"];

/**
 * The interrupts that a device shows.
 *
 * @param folders those that it has; without any of ours, its file `irq`, as of PCI devices without MSI, if that is there
 */
export async function interruptsOf(
  view: Pick<BusView, "list" | "read">,
  path: string,
  folders: readonly string[],
): Promise<readonly Interrupt[]> {
  const found: Interrupt[] = [];
  const of = (irq: number): Interrupt => ({ irq, cpus: knowsAffinity(view) ? view.affinity(irq) : null });
  if (folders.includes("irq") && !FOLDERS.some((name) => folders.includes(name))) {
    const irq = Number(await view.read(`${path.slice(1)}/irq`).catch(() => "0"));
    return Number.isInteger(irq) && irq > 0 ? [of(irq)] : [];
  }
  for (const folder of FOLDERS.filter((name) => folders.includes(name))) {
    // They go with the driver.
    const entries = await view.list(`${path.slice(1)}/${folder}`).catch(() => []);
    for (const { name } of entries) {
      const irq = Number(name);
      if (Number.isInteger(irq)) found.push(of(irq));
    }
  }
  return found.sort((a, b) => a.irq - b.irq);
}

/** In words: `46 (0-3), 47`. */
export function interruptsText(interrupts: readonly Interrupt[]): string {
  return interrupts.map(({ irq, cpus }) => (cpus === null ? String(irq) : `${irq} (${cpus})`)).join(", ");
}
