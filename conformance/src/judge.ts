import { formatDifference, parseScenario, reproduce, ScenarioError } from "@auxbus/testing";
import type { Kernel } from "./kernel.ts";
import { translator } from "./older-kernels.ts";
import {
  type KernelRun,
  runAloneOnKernel,
  runOnKernel,
  type RunOnKernelOptions,
  type ScenarioText,
} from "./run-on-kernel.ts";

/** What a kernel and auxbus made of a scenario. */
export interface Verdict {
  /** auxbus can do exactly what the kernel did, line by line. */
  readonly equal: boolean;
  /** The kernel did not survive it. */
  readonly died: boolean;
  /** Equal only when it was run again: what was different before. */
  readonly before?: Verdict;
  /** Of the kernel. */
  readonly expected: readonly string[];
  /** Of auxbus, the nearest to it. */
  readonly actual: readonly string[];
  /** The difference for people, or why there is no comparison. */
  readonly difference: string;
}

export interface Trial extends ScenarioText {
  readonly cpus: 1 | 2;
}

export interface JudgeOptions {
  /** How many the kernel has finished. */
  readonly progress?: (finished: number) => void;
  /** How often what is different is run again, 6 at most (6). */
  readonly reruns?: number;
}

/** Runs scenarios on a kernel and on auxbus. */
export async function judge(
  kernel: Kernel,
  trials: readonly Trial[],
  { progress = () => {}, reruns = PACES.length }: JudgeOptions = {},
): Promise<Map<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  const alone = trials.filter(({ text }) => /^shutdown$/m.test(text));
  for (const cpus of [1, 2] as const) {
    const some = trials.filter((trial) => trial.cpus === cpus && !alone.includes(trial));
    const before = verdicts.size;
    const judged = await judgeTogether(kernel, some, { cpus, progress: (finished) => progress(before + finished) });
    for (const [name, verdict] of judged) verdicts.set(name, verdict);
  }
  // The kernel has races that auxbus has not: what does not come again is told, but is no difference.
  for (const pace of PACES.slice(0, reruns)) {
    const odd = trials.filter(({ name }) => verdicts.get(name)?.equal === false && verdicts.get(name)?.died === false);
    for (const cpus of [1, 2] as const) {
      const some = odd.filter((trial) => trial.cpus === cpus);
      for (const [name, verdict] of await judgeTogether(kernel, some, { cpus, pace })) {
        const before = verdicts.get(name);
        if (before !== undefined && (verdict.equal || verdict.died)) verdicts.set(name, { ...verdict, before });
      }
    }
  }
  for (const trial of alone) {
    for (const [name, verdict] of await verdictsOf(kernel, [trial], await runAloneOnKernel(kernel, marked(trial))))
      verdicts.set(name, verdict);
    progress(verdicts.size);
  }
  return verdicts;
}

/** Those of the runs after the first: a guest with one processor does the same again at the same pace. */
const PACES: readonly number[] = [1, 3, 4, 0, 5, 6];

/** How often a guest may fail to start. */
const STARTS = 3;

/** Runs scenarios in as few boots as the kernel survives. */
async function judgeTogether(
  kernel: Kernel,
  trials: readonly Trial[],
  { cpus, pace, progress = () => {} }: RunOnKernelOptions & { readonly cpus: 1 | 2 },
): Promise<Map<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  let left = trials;
  for (let starts = 0; left.length > 0;) {
    const before = verdicts.size;
    const run = await runOnKernel(kernel, left.map(marked), {
      cpus,
      pace,
      progress: (finished) => progress(before + finished),
    });
    for (const [name, verdict] of await verdictsOf(kernel, left, run)) verdicts.set(name, verdict);
    left = left.filter(({ name }) => !verdicts.has(name));
    if (verdicts.size > before) starts = 0;
    else if (++starts === STARTS) throw new Error(`the guest has not started ${STARTS} times; it said: ${run.console}`);
  }
  return verdicts;
}

/** Of those trials that the kernel has got to. */
async function verdictsOf(
  kernel: Kernel,
  trials: readonly Trial[],
  { traces, died }: KernelRun,
): Promise<Map<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  for (const trial of trials) {
    const expected = traces.get(trial.name);
    if (expected !== undefined) verdicts.set(trial.name, await compare(kernel, trial, expected));
  }
  if (died !== undefined) verdicts.set(died.name, notSurvived(died));
  return verdicts;
}

const MARK = "--- at rest";

/** Where nothing runs any more, a line says so: what is before it in one trace has to be before it in the other. */
function marked({ name, text }: ScenarioText): ScenarioText {
  let count = 0;
  return { name, text: text.replaceAll(/^settle$/gm, () => `settle\nlog ${MARK} ${++count}`) };
}

function withoutMarks(trace: readonly string[]): readonly string[] {
  return trace.filter((line) => !line.startsWith(MARK));
}

async function compare(kernel: Kernel, trial: Trial, trace: readonly string[]): Promise<Verdict> {
  const complaint = trace.find((line) => COMPLAINTS.test(line) && !HARMLESS.test(line));
  if (complaint !== undefined) return refused(trace, `the kernel: ${complaint}`);
  try {
    const scenario = parseScenario(marked(trial).text, trial.name);
    const translate = translator(kernel);
    const { equal, expected, actual } = await reproduce(scenario, trace.join("\n"), { translate });
    return {
      equal,
      died: false,
      expected: withoutMarks(trace),
      actual: withoutMarks(actual),
      difference: equal ? "" : formatDifference(expected, actual),
    };
  } catch (error) {
    // Whatever it is: that one scenario shows it, and the others are to be compared all the same.
    if (error instanceof ScenarioError) return refused(trace, `auxbus: ${error.message}`);
    return refused(trace, `auxbus: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}

/** What a legal scenario must not lead to. */
const COMPLAINTS =
  /^(NOT UNDERSTOOD|NEVER QUIET|WARNING:|.*BUG\b|Oops|general protection|list_|Kernel panic|refcount_t|INFO: task)/;

/**
 * Warnings after which the kernel goes on as if nothing was: it refuses drivers without probe or id table with one, and
 * wonders at links that go with their consumer's driver when a supplier is unbound whose consumer has none.
 */
const HARMLESS = /^WARNING: .*\b(__auxiliary_driver_register|device_links_driver_cleanup)\b/;

function refused(expected: readonly string[], difference: string): Verdict {
  return { equal: false, died: false, expected: withoutMarks(expected), actual: [], difference };
}

function notSurvived({ lines, console }: NonNullable<KernelRun["died"]>): Verdict {
  const said = console.split("\n").slice(-30).join("\n");
  return { ...refused(lines, `the kernel did not finish it:\n${said}`), died: true };
}
