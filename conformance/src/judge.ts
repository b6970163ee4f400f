import {
  compareTraces,
  comparisonMode,
  type Deferral,
  formatComparison,
  parseScenario,
  runScenario,
  type Scenario,
  ScenarioError,
  traceLines,
} from "@auxbus/testing";
import type { Kernel } from "./kernel.ts";
import { asOn } from "./older-kernels.ts";
import { type KernelRun, runAloneOnKernel, runOnKernel, type ScenarioText } from "./run-on-kernel.ts";

/** What a kernel and auxbus made of a scenario. */
export interface Verdict {
  readonly equal: boolean;
  /** The whole is equal line by line. */
  readonly toTheLine: boolean;
  /** The kernel did not survive it. */
  readonly died: boolean;
  /** Only when it was run again. */
  readonly again?: boolean;
  /** Of the kernel. */
  readonly expected: readonly string[];
  /** Of auxbus. */
  readonly actual: readonly string[];
  /** The difference for people, or why there is no comparison. */
  readonly difference: string;
}

export interface Trial extends ScenarioText {
  readonly cpus: 1 | 2;
}

/** Runs scenarios on a kernel and on auxbus. @param progress how many the kernel has finished */
export async function judge(
  kernel: Kernel,
  trials: readonly Trial[],
  progress: (finished: number) => void = () => {},
): Promise<Map<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  const alone = trials.filter(({ text }) => /^shutdown$/m.test(text));
  for (const cpus of [1, 2] as const) {
    const some = trials.filter((trial) => trial.cpus === cpus && !alone.includes(trial));
    const before = verdicts.size;
    const judged = await judgeTogether(kernel, some, cpus, (finished) => progress(before + finished));
    for (const [name, verdict] of judged) verdicts.set(name, verdict);
  }
  // Where something runs beside the commands, the kernel does one of several things; auxbus has to do one of them.
  for (let again = 0; again < 3; again++) {
    const odd = trials.filter((trial) => isChance(trial, verdicts.get(trial.name)));
    for (const cpus of [1, 2] as const) {
      const some = odd.filter((trial) => trial.cpus === cpus);
      for (const [name, verdict] of await judgeTogether(kernel, some, cpus)) {
        if (verdict.equal || verdict.died) verdicts.set(name, { ...verdict, again: true });
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

function isChance(trial: Trial, verdict: Verdict | undefined): boolean {
  if (verdict === undefined || verdict.equal || verdict.died) return false;
  return trial.cpus === 2 || comparisonMode(parseScenario(trial.text)) === "devices";
}

/** How often a guest may fail to start. */
const STARTS = 3;

/** Runs scenarios in as few boots as the kernel survives. */
async function judgeTogether(
  kernel: Kernel,
  trials: readonly Trial[],
  cpus: 1 | 2,
  progress: (finished: number) => void = () => {},
): Promise<Map<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  let left = trials;
  for (let starts = 0; left.length > 0;) {
    const before = verdicts.size;
    const run = await runOnKernel(kernel, left.map(marked), {
      cpus,
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

async function compare(kernel: Kernel, trial: Trial, expected: readonly string[]): Promise<Verdict> {
  const complaint = expected.find((line) => COMPLAINTS.test(line) && !HARMLESS.test(line));
  if (complaint !== undefined) return refused(expected, `the kernel: ${complaint}`);
  const scenario = parseScenario(marked(trial).text, trial.name);
  const late = await compareWith(kernel, scenario, expected, "late");
  if (late.toTheLine || comparisonMode(scenario) === "lines") return late;
  // A worker of the kernel's may come in at once, or when the command is over: both are right.
  const atOnce = await compareWith(kernel, scenario, expected, "at once");
  return atOnce.toTheLine || (atOnce.equal && !late.equal) ? atOnce : late;
}

/** What a legal scenario must not lead to. */
const COMPLAINTS =
  /^(NOT UNDERSTOOD|NEVER QUIET|WARNING:|.*BUG\b|Oops|general protection|list_|Kernel panic|refcount_t|INFO: task)/;

/**
 * Warnings after which the kernel goes on as if nothing was: it refuses drivers without probe or id table with one, and
 * wonders at links that go with their consumer's driver when a supplier is unbound whose consumer has none.
 */
const HARMLESS = /^WARNING: .*\b(__auxiliary_driver_register|device_links_driver_cleanup)\b/;

async function compareWith(
  kernel: Kernel,
  scenario: Scenario,
  expected: readonly string[],
  deferral: Deferral,
): Promise<Verdict> {
  try {
    const actual = asOn(kernel, await runScenario(scenario, { deferral }));
    const comparison = compareTraces(scenario, expected.join("\n"), actual);
    const toTheLine = comparison.equal && (comparison.mode === "lines" || isToTheLine(expected, actual));
    return {
      equal: comparison.equal,
      toTheLine,
      died: false,
      expected: withoutMarks(expected),
      actual: withoutMarks(actual),
      difference: formatComparison(comparison),
    };
  } catch (error) {
    // Whatever it is: that one scenario shows it, and the others are to be compared all the same.
    if (error instanceof ScenarioError) return refused(expected, `auxbus: ${error.message}`);
    return refused(expected, `auxbus: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}

function isToTheLine(expected: readonly string[], actual: readonly string[]): boolean {
  const recorded = traceLines(expected.join("\n"));
  return recorded.length === actual.length && recorded.every((line, index) => line === actual[index]);
}

function refused(expected: readonly string[], difference: string): Verdict {
  return { equal: false, toTheLine: false, died: false, expected: withoutMarks(expected), actual: [], difference };
}

function notSurvived({ lines, console }: NonNullable<KernelRun["died"]>): Verdict {
  const said = console.split("\n").slice(-30).join("\n");
  return { ...refused(lines, `the kernel did not finish it:\n${said}`), died: true };
}
