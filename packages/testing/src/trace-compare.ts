import type { Scenario } from "./scenario.ts";
import { allCommands, type Subject, traceLines, TraceSorter } from "./trace-line.ts";

/** `lines`: in one order; `devices`: every device by itself, as work beside the commands has no fixed place. */
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
  for (const { command, background } of allCommands(scenario)) {
    if (background || command.kind === "devlink") return "devices";
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
  const recorded = bySubject(scenario, expected);
  const ours = bySubject(scenario, actual);
  const subjects = new Set([...recorded.keys(), ...ours.keys()]);
  return [...subjects].flatMap((subject) =>
    compareLines(subject, recorded.get(subject) ?? [], ours.get(subject) ?? []),
  );
}

function bySubject(scenario: Scenario, lines: readonly string[]): Map<Subject, string[]> {
  const sorter = new TraceSorter(scenario);
  const subjects = new Map<Subject, string[]>();
  for (const line of lines) {
    const subject = sorter.subject(line);
    const list = subjects.get(subject);
    if (list === undefined) subjects.set(subject, [line]);
    else list.push(line);
  }
  return subjects;
}
