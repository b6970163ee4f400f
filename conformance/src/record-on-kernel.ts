import { basename } from "node:path";
import type { Kernel } from "./kernel.ts";
import { isMisuse, type Recording } from "./recordings.ts";
import { runAloneOnKernel, runOnKernel } from "./run-on-kernel.ts";

/** How many run in one boot. */
const AT_ONCE = 150;

/** What boots a kernel. */
interface Boots {
  readonly runOnKernel: typeof runOnKernel;
  readonly runAloneOnKernel: typeof runAloneOnKernel;
}

/**
 * The traces that a kernel makes of scenarios, by their paths; all of them.
 *
 * @param progress how many are finished
 * @throws {Error} the kernel has not finished one of them, and no rule was broken
 */
export async function record(
  kernel: Kernel,
  recordings: readonly Pick<Recording, "path" | "text">[],
  progress: (finished: number) => void = () => {},
  boots: Boots = { runOnKernel, runAloneOnKernel },
): Promise<Map<string, readonly string[]>> {
  const traces = new Map<string, readonly string[]>();
  const alone = recordings.filter(({ path, text }) => isMisuse(path) || /^shutdown$/m.test(text));
  const together = recordings.filter((recording) => !alone.includes(recording));
  for (let from = 0; from < together.length; from += AT_ONCE) {
    const some = together.slice(from, from + AT_ONCE).map(({ path, text }) => ({ name: path, text }));
    const run = await boots.runOnKernel(kernel, some, { progress: (finished) => progress(from + finished) });
    const why = run.stuck === undefined ? "" : ` (${run.stuck})`;
    if (run.died !== undefined) throw new Error(`the kernel did not survive ${run.died.name}${why}:\n${run.console}`);
    for (const { name } of some) keep(traces, name, run.traces.get(name), `${why}:\n${run.console}`);
    if (run.stuck !== undefined) throw new Error(`the guest had to be ended${why}:\n${run.console}`);
  }
  for (const [index, { path, text }] of alone.entries()) {
    progress(together.length + index);
    const run = await boots.runAloneOnKernel(kernel, { name: basename(path), text });
    const why = run.stuck === undefined ? "" : ` (${run.stuck})`;
    if (run.died !== undefined && !isMisuse(path)) {
      throw new Error(`the kernel did not survive ${path}${why}:\n${run.console}`);
    }
    keep(traces, path, run.died?.lines ?? run.traces.get(basename(path)), `${why}:\n${run.console}`);
  }
  return traces;
}

/** A scenario that does nothing at all is none; a guest may fail before it comes to the first. */
function keep(
  traces: Map<string, readonly string[]>,
  path: string,
  lines: readonly string[] | undefined,
  said: string,
): void {
  if (lines === undefined || lines.length === 0) throw new Error(`the guest has said nothing of ${path}${said}`);
  traces.set(path, lines);
}
