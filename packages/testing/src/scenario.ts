import { CommandLine, Declarations } from "./command-line.ts";
import type { Command, CommandName } from "./command.ts";
import { commandSpecs } from "./commands/index.ts";
import { ScenarioError } from "./scenario-error.ts";

/** A list of commands to a bus, as a file holds it. */
export interface Scenario {
  /** Where it came from, for messages. */
  readonly file: string;
  readonly commands: readonly Command[];
}

/**
 * Parses the text of a scenario.
 *
 * @param file what errors call it
 * @throws {ScenarioError} a line is no command, or names what is not declared above
 */
export function parseScenario(text: string, file: string = "scenario"): Scenario {
  const declarations = new Declarations();
  const commands: Command[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line
      .replace(/(^|\s)#.*/, "")
      .split(/\s+/)
      .filter((word) => word !== "");
    if (words.length > 0) commands.push(parseCommand(words, { file, line: index + 1, declarations }));
  }
  return { file, commands };
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly declarations: Declarations;
}

function parseCommand(words: readonly string[], place: Place): Command {
  const [kind = ""] = words;
  if (!isCommandName(kind)) {
    const known = Object.keys(commandSpecs).toSorted().join(", ");
    throw new ScenarioError(place.file, place.line, `"${kind}" is no command; expected one of: ${known}`);
  }
  const spec = commandSpecs[kind];
  return spec.read(
    new CommandLine({ ...place, words, usage: spec.usage, parse: (nested) => parseCommand(nested, place) }),
  );
}

function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(commandSpecs, word);
}
