import { BusError, DelayedWork, DriverCore, type LogRecord } from "auxbus";
import type { Command, CommandName, CommandOf } from "./command.ts";
import type { Outcome } from "./command-spec.ts";
import { commandSpecs } from "./commands/index.ts";
import type { Scenario } from "./scenario.ts";
import { ScenarioError } from "./scenario-error.ts";
import { ScenarioWorld } from "./scenario-world.ts";
import { type Deferral, StuckError, VirtualRuntime } from "./virtual-runtime.ts";

export interface RunScenarioOptions {
  /** A deleted device cannot be added again; Linux lets it, and it never binds. */
  readonly strict?: boolean;
  /** When what runs beside the commands runs: nothing in a scenario says so. */
  readonly deferral?: Deferral;
  /** Each line of the trace as it comes. */
  readonly onLine?: (line: string) => void;
  /** What the bus logs meanwhile. */
  readonly onLog?: (record: LogRecord) => void;
}

/**
 * Runs a scenario on a bus of its own, in virtual time, and returns its trace.
 *
 * @throws {ScenarioError} a command waits for what can never happen
 */
export async function runScenario(scenario: Scenario, options: RunScenarioOptions = {}): Promise<string[]> {
  return new ScenarioRunner(scenario, options).run();
}

class ScenarioRunner {
  readonly #scenario: Scenario;
  readonly #world: ScenarioWorld;
  readonly #trace: string[] = [];
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #background: Promise<void>[] = [];
  #silent = false;

  constructor(scenario: Scenario, options: RunScenarioOptions) {
    this.#scenario = scenario;
    this.#onLine = options.onLine;
    const { deferral = "late" } = options;
    const runtime = new VirtualRuntime({ deferral });
    const core = new DriverCore({
      runtime,
      readd: options.strict === true ? "refuse" : "as-linux",
      // A blocked probe waits for `unblock`, however long that takes.
      probeTimeout: 0,
      removeTimeout: 0,
    });
    const emit = (line: string): void => this.#emit(line);
    core.uevents.subscribe(({ action, devpath }) => emit(`uevent ${action} ${devpath}`));
    if (options.onLog !== undefined) core.log.subscribe(options.onLog);
    this.#world = new ScenarioWorld({ core, runtime, emit, start: (command) => this.#start(command) });
  }

  async run(): Promise<string[]> {
    const { runtime } = this.#world;
    for (const command of this.#scenario.commands) {
      try {
        await runtime.complete(this.#execute(command));
      } catch (error) {
        throw error instanceof StuckError ? this.#stuck(command, error) : error;
      }
    }
    this.#silent = true;
    await this.#world.cleanUp();
    await runtime.complete(Promise.all(this.#background));
    this.#silent = false;
    for (const device of this.#world.leaks()) this.#emit(`leak ${device}`);
    return this.#trace;
  }

  #emit(line: string): void {
    if (this.#silent) return;
    this.#trace.push(line);
    this.#onLine?.(line);
    this.#world.runtime.turn();
  }

  /** Another processor takes it up, and may do something else before it tells what has come of it. */
  #start(command: Command): void {
    const { core, runtime } = this.#world;
    const begun = new Promise<string | undefined>((resolve, reject) => {
      new DelayedWork(core, () => this.#outcome(command).then(resolve, reject)).schedule();
    });
    const finished = begun.then(
      (line) =>
        new Promise<void>((resolve) => {
          runtime.defer(() => {
            this.#tell(line);
            resolve();
          });
        }),
    );
    // Looked at when the scenario is over; until then it must not count as unhandled.
    finished.catch(() => {});
    this.#background.push(finished);
  }

  async #execute(command: Command): Promise<void> {
    this.#tell(await this.#outcome(command));
  }

  #tell(line: string | undefined): void {
    if (line !== undefined) this.#emit(line);
  }

  /** Runs it. @returns the line that tells of it */
  async #outcome<K extends CommandName>(command: CommandOf<K>): Promise<string | undefined> {
    let outcome: Outcome;
    try {
      outcome = await commandSpecs[command.kind].run(command.args, this.#world);
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      outcome = ` -> -${error.code}`;
    }
    return outcome === undefined ? undefined : `${command.label}${outcome}`;
  }

  #stuck(command: Command, cause: StuckError): ScenarioError {
    const message = `${command.label} never finishes: it waits for something that a later command would do; start it with bg`;
    return new ScenarioError(this.#scenario.file, command.line, message, { cause });
  }
}
