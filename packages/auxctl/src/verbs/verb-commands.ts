import { type Command, Option } from "commander";
import type { VerbInfo, VerbParamInfo } from "@auxbus/control";
import type { HostClient } from "@auxbus/host/client";
import { OWN_WORDS } from "../command-list.ts";
import { onHost } from "../host/host-option.ts";
import type { CommonOptions, Shell } from "../shell.ts";
import { runVerb } from "./run-verb.ts";
import { JsonOutput, TextOutput } from "./verb-output.ts";
import { VerbTree } from "./verb-tree.ts";
import { VerbWords } from "./verb-words.ts";

/** Options of the command line itself: parameters of these names are given as words. */
const TAKEN = new Set(["host", "socket", "json", "help"]);

/** Makes commands of the verbs of a host: one for each word, below each other. */
export function addVerbCommands(program: Command, verbs: readonly VerbInfo[], client: HostClient, shell: Shell): void {
  const add = (parent: Command, word: string, { verb, children }: VerbTree): Command => {
    const command = parent.command(word).enablePositionalOptions();
    for (const [next, tree] of children) add(command, next, tree);
    if (verb === undefined) {
      return onHost(command)
        .summary([...children.keys()].join(", "))
        .description("Commands that modules of the running host have added.");
    }
    const words = new VerbWords(verb, [...children.keys()]);
    describe(command, verb, words);
    return onHost(command).action(async () => {
      for (const word of command.args) words.take(word);
      const { json } = command.optsWithGlobals<CommonOptions>();
      const output = json === true ? new JsonOutput(shell.io) : new TextOutput(shell.io);
      await runVerb(verb, words.end(), client, output, shell);
    });
  };
  // Otherwise auxctl's own options would be looked for behind the words of a verb.
  program.enablePositionalOptions();
  for (const [word, tree] of VerbTree.of(verbs, OWN_WORDS).children) {
    add(program, word, tree).helpGroup("Commands of the running host:");
  }
}

/** Lets commander know what a verb takes: it reads the options and writes the help, the words are read by `words`. */
function describe(command: Command, { summary, params }: VerbInfo, words: VerbWords): void {
  command.summary(summary).description(summary).allowExcessArguments();
  for (const param of params) {
    const { name, type, positional, required } = param;
    if (positional) command.argument(required ? `<${name}>` : `[${name}]`, explain(param));
    else if (!TAKEN.has(name) && !name.startsWith("no-")) {
      const flags = type === "boolean" ? `--${name}` : `--${name} <value>`;
      command.addOption(new Option(flags, explain(param)).helpGroup("Parameters:"));
      command.on(`option:${name}`, (value?: string) => words.option(name, value));
    }
  }
  const usage = params.map(usageOf);
  command.usage(["[options]", ...usage, ...(command.commands.length > 0 ? ["[command]"] : [])].join(" "));
  if (params.some(({ positional }) => !positional)) {
    command.addHelpText("after", "\nParameters are given as NAME VALUE or as --NAME VALUE.");
  }
  command.addHelpText("after", VERB_EXIT_CODES);
}

const VERB_EXIT_CODES = `
Exit codes:
  0    done
  1    the host has refused it
  2    the command line is wrong, or no host is running
  130  ended by Ctrl-C (143: by SIGTERM)`;

function explain({ description, type, required, choices, positional }: VerbParamInfo): string {
  const notes = [
    ...(required && !positional ? ["required"] : []),
    ...(choices === undefined ? [] : [`one of ${choices.join(", ")}`]),
    ...(type === "number" ? ["a number"] : []),
    ...(type === "boolean" && positional ? ["on or off"] : []),
  ];
  return notes.length === 0 ? description : `${description} (${notes.join("; ")})`;
}

function usageOf({ name, type, positional, required, choices }: VerbParamInfo): string {
  if (positional) return required ? `<${name}>` : `[${name}]`;
  const value = type === "boolean" ? "on|off" : (choices?.join("|") ?? type);
  return required ? `${name} <${value}>` : `[${name} <${value}>]`;
}
