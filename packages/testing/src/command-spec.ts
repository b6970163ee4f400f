import type { CommandArguments, CommandName, CommandOf } from "./command.ts";
import type { CommandLine } from "./command-line.ts";
import type { ScenarioWorld } from "./scenario-world.ts";

/** What a trace says after the command when it has finished; undefined when it says nothing about it. */
export type Outcome = string | undefined;

/** A command that returns an error number, and returned 0. */
export const SUCCEEDED = " -> 0";
/** A command that returns nothing, and is done. */
export const DONE = "";

export interface CommandDefinition<K extends CommandName> {
  readonly usage: string;
  parse(line: CommandLine): CommandArguments[K];
  /** A refusal of the bus is thrown as its `BusError`. */
  run(args: CommandArguments[K], world: ScenarioWorld): Outcome | Promise<Outcome>;
}

/** One command of the scenario language: how it is written and what it does. */
export interface CommandSpec<K extends CommandName> {
  readonly usage: string;
  read(line: CommandLine): CommandOf<K>;
  run(args: CommandArguments[K], world: ScenarioWorld): Outcome | Promise<Outcome>;
}

export type CommandSpecs<K extends CommandName> = { readonly [N in K]: CommandSpec<N> };

export function defineCommand<K extends CommandName>(kind: K, definition: CommandDefinition<K>): CommandSpec<K> {
  return {
    usage: definition.usage,
    read(line) {
      const args = definition.parse(line);
      line.end();
      return { kind, args, line: line.line, label: line.label };
    },
    run: (args, world) => definition.run(args, world),
  };
}
