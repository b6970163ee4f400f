import type { Scenario } from "./scenario.ts";
import { allCommands, type Subject, traceLines, TraceSorter } from "./trace-line.ts";

/**
 * `lines`: in one order; `devices`: every device by itself, as work beside the commands has no fixed place, but on the
 * same side of each `log` that directly follows a `settle`.
 */
export type ComparisonMode = "lines" | "devices";

export interface TraceDifference {
  /** What differs: the whole trace, or the device, or `commands`. */
  readonly subject: Subject;
  readonly expected: readonly string[];
  readonly actual: readonly string[];
}

export interface TraceComparison {
  readonly mode: ComparisonMode;
  readonly equal: boolean;
  readonly differences: readonly TraceDifference[];
}

/**
 * Compares the trace of a scenario with the recorded one.
 *
 * @param expected the recorded trace, kernel log and all
 */
export function compareTraces(scenario: Scenario, expected: string, actual: readonly string[]): TraceComparison {
  const mode = comparisonMode(scenario);
  const recorded = traceLines(expected);
  const ours = traceLines(actual.join("\n"));
  const differences =
    mode === "lines" ? compareLines("trace", recorded, ours) : compareSubjects(scenario, recorded, ours);
  return { mode, equal: differences.length === 0, differences };
}

/** Whether something in the scenario runs beside its commands. */
export function comparisonMode(scenario: Scenario): ComparisonMode {
  // Devices of which nobody has a use any more are suspended beside the commands; who waits for that says so.
  const waits = scenario.commands.some(({ kind }) => kind === "settle");
  for (const { command, background } of allCommands(scenario)) {
    if (background || command.kind === "devlink" || (waits && command.kind === "rpm")) return "devices";
    if (command.kind !== "driver") continue;
    if (command.args.async || command.args.probe.includes("EPROBE_DEFER")) return "devices";
  }
  return "lines";
}

function compareLines(subject: Subject, expected: readonly string[], actual: readonly string[]): TraceDifference[] {
  const equal = expected.length === actual.length && expected.every((line, index) => line === actual[index]);
  return equal ? [] : [{ subject, expected, actual }];
}

function compareSubjects(
  scenario: Scenario,
  expected: readonly string[],
  actual: readonly string[],
): TraceDifference[] {
  // Who is unbound first, and who suspended, depends on who was bound first: a worker may have come in meanwhile.
  const isOneByOne = compareLines("", expected.filter(isProbed), actual.filter(isProbed)).length === 0;
  const recorded = bySubject(scenario, expected, isOneByOne);
  const ours = bySubject(scenario, actual, isOneByOne);
  const subjects = new Set([...recorded.keys(), ...ours.keys()]);
  return [...subjects].flatMap((subject) =>
    compareLines(subject, recorded.get(subject) ?? [], ours.get(subject) ?? []),
  );
}

const FAILED_SUSPEND = /^pm_runtime_suspend .* -> -/;

function isProbed(line: string): boolean {
  return line.startsWith("probed ");
}

/** The lines by what they are about, and by the mark after which they come. */
function bySubject(scenario: Scenario, lines: readonly string[], isOneByOne: boolean): Map<Subject, string[]> {
  const sorter = new TraceSorter(scenario, isOneByOne);
  const marks = restMarks(scenario);
  const subjects = new Map<Subject, string[]>();
  let after = "";
  for (const line of lines) {
    if (line === marks[0]) after = `, after "${marks.shift()}"`;
    for (const subject of sorter.subjects(line)) {
      const list = subjects.get(subject + after);
      if (list === undefined) subjects.set(subject + after, [line]);
      // How often what fails is tried depends on when the worker comes in: between two requests, or after them.
      else if (!FAILED_SUSPEND.test(line) || list.at(-1) !== line) list.push(line);
    }
  }
  return subjects;
}

/** What is logged when nothing is running any more: what happened before it must not come after it. */
function restMarks({ commands }: Scenario): string[] {
  return commands.flatMap((command, index) =>
    command.kind === "log" && commands[index - 1]?.kind === "settle" ? [command.args.text] : [],
  );
}
