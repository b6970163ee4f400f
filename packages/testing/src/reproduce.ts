import type { Scenario } from "./scenario.ts";
import { ScenarioError } from "./scenario-error.ts";
import { runScenario, type RunScenarioOptions } from "./scenario-runner.ts";
import { traceLines } from "./trace-line.ts";
import type { Schedule } from "./virtual-runtime.ts";

export interface ReproduceOptions extends Pick<RunScenarioOptions, "strict"> {
  /** A line of the bus as the recorded system says it, where that is known to say it otherwise. */
  readonly translate?: (line: string) => string;
  /** How many runs are tried at most (2,000). */
  readonly most?: number;
}

/** A recorded trace beside the nearest to it that the bus can do. */
export interface Reproduction {
  /** The bus can do exactly what was recorded, line by line. */
  readonly equal: boolean;
  /** The recorded lines that count. */
  readonly expected: readonly string[];
  /** What the bus does, with the deferred work where it has to be for that. */
  readonly actual: readonly string[];
}

/**
 * Looks for a run of a scenario that is equal to a recorded trace, line by line.
 *
 * What runs beside the commands (deferred and asynchronous probes, runtime PM, `bg`) may come in at many moments, and
 * a recording has one of them. So the runs of the bus that differ in nothing but these moments are searched: what has
 * gone on longest as the recording does is looked at first, and wherever work was waiting, it is let in.
 *
 * @param recorded the recorded trace, kernel log and all
 * @throws {ScenarioError} a command waits for what can never happen
 */
export async function reproduce(
  scenario: Scenario,
  recorded: string,
  options: ReproduceOptions = {},
): Promise<Reproduction> {
  const { most = 2000, ...how } = options;
  const expected = traceLines(recorded);
  const first = await run(scenario, expected, [], how);
  let nearest = first;
  const open = [first];
  for (let runs = 1; !nearest.equal && runs < most;) {
    const from = takeNearest(open);
    if (from === undefined) break;
    for (const choices of nextChoices(from)) {
      if (runs++ >= most) break;
      const next = await run(scenario, expected, choices, how).catch(ignoreStuck);
      if (next === undefined || next.same < from.same) continue;
      if (next.equal || next.same > nearest.same) nearest = next;
      if (next.equal) break;
      open.push({ ...next, inVain: next.same > from.same ? 0 : from.inVain + 1 });
    }
  }
  return { equal: nearest.equal, expected, actual: nearest.trace };
}

/** A moment at which the schedule is not the default one. */
interface Choice {
  /** The how-manieth question of the runtime it answers. */
  readonly turn: number;
  /** The piece of deferred work that begins; "pause": what was going on is held up. */
  readonly answer: number | "pause";
}

/** A question of the runtime. */
interface Turn {
  readonly kind: "work" | "needed work" | "pause";
  readonly waiting: number;
  /** How many lines the trace had. */
  readonly lines: number;
}

interface Run {
  /** In their order; else, everything was done as late as possible, and nothing was held up. */
  readonly choices: readonly Choice[];
  readonly turns: readonly Turn[];
  readonly trace: readonly string[];
  /** With how many equal lines the traces begin. */
  readonly same: number;
  readonly equal: boolean;
  /** How many of the last choices have not made it equal for longer. */
  readonly inVain: number;
}

async function run(
  scenario: Scenario,
  expected: readonly string[],
  choices: readonly Choice[],
  { translate = (line) => line, ...options }: ReproduceOptions,
): Promise<Run> {
  const turns: Turn[] = [];
  let lines = 0;
  let chosen = 0;
  const answer = (kind: Turn["kind"], waiting: number): Choice["answer"] | undefined => {
    const choice = choices[chosen];
    const now = choice?.turn === turns.length;
    turns.push({ kind, waiting, lines });
    if (!now) return undefined;
    chosen++;
    return choice?.answer;
  };
  const deferral: Schedule = {
    next(waiting, needed) {
      const piece = answer(needed ? "needed work" : "work", waiting);
      return typeof piece === "number" ? piece : needed ? 0 : -1;
    },
    pause: () => answer("pause", 0) === "pause",
  };
  const onLine = (): void => void lines++;
  const trace = (await runScenario(scenario, { ...options, deferral, onLine })).map(translate);
  const different = trace.findIndex((line, index) => line !== expected[index]);
  const same = different === -1 ? trace.length : different;
  return { choices, turns, trace, same, equal: same === trace.length && same === expected.length, inVain: 0 };
}

/** How many equal lines a choice in vain weighs: soon, an earlier choice is made otherwise. */
const IN_VAIN = 2;

/** The one that is equal for longest, but for choices in vain; of several the one with fewest choices. */
function takeNearest(open: Run[]): Run | undefined {
  let best = 0;
  const worth = ({ same, inVain }: Run): number => same - IN_VAIN * inVain;
  for (const [index, candidate] of open.entries()) {
    const other = open[best];
    if (other === undefined) break;
    const better = worth(candidate) - worth(other) || other.choices.length - candidate.choices.length;
    if (better > 0) best = index;
  }
  return open.splice(best, 1)[0];
}

/** One choice more, after those that were made, the latest first; none that could only show after the difference. */
function* nextChoices({ choices, turns, same }: Run): IterableIterator<readonly Choice[]> {
  const last = choices.at(-1)?.turn ?? -1;
  const pauses: Choice[] = [];
  for (let turn = turns.length - 1; turn > last; turn--) {
    const { kind, waiting, lines } = turns[turn] ?? NOTHING;
    if (lines > same) continue;
    if (kind === "pause") {
      const pause: Choice = { turn, answer: "pause" };
      // What was about to come is what must not come yet: likelier than one after which the same came.
      if (lines === same) yield [...choices, pause];
      else pauses.push(pause);
    }
    // What is needed begins with the oldest piece by itself.
    for (let piece = kind === "needed work" ? 1 : 0; piece < waiting; piece++)
      yield [...choices, { turn, answer: piece }];
  }
  for (const pause of pauses) yield [...choices, pause];
}

const NOTHING: Turn = { kind: "work", waiting: 0, lines: 0 };

/** An order in which a command never finishes is not the recorded one. */
function ignoreStuck(error: unknown): undefined {
  if (error instanceof ScenarioError) return undefined;
  throw error;
}
