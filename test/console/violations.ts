import axe from "axe-core";
import type { ConsolePage } from "./rig.ts";

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe-core finds that keeps people from using the page. */
export async function violations({ page }: ConsolePage): Promise<string[]> {
  // By the debugger: the page's policy lets no other script in.
  await page.evaluate(axe.source);
  const found: readonly Violation[] = await page.evaluate("axe.run().then(({ violations }) => violations)");
  return found
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("\n")}`,
    );
}
