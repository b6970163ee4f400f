import { Argument, type Command } from "commander";
import type { Io } from "../io.ts";
import { bashScript } from "./bash.ts";
import type { CompletedCommand, LiveNames } from "./completed-command.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

/** What the arguments of commands are the names of. */
const NAMES: Readonly<Record<string, LiveNames>> = {
  run: "installed",
  modinfo: "installed",
  modprobe: "installed",
  rmmod: "loaded",
  param: "loaded",
  upgrade: "loaded",
  reset: "parked",
};

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** `auxctl completion` */
export function addCompletionCommand(program: Command, io: Io): void {
  program
    .command("completion")
    .summary("print a completion script for a shell")
    .description("Print a script that completes commands, options, file names, and the names of modules and devices.")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SCRIPTS)))
    .addHelpText("after", HELP)
    .action((shell: keyof typeof SCRIPTS) => {
      io.out.write(SCRIPTS[shell](completedCommands(program)));
    });
}

/** What can be completed, as the program itself declares it. */
function completedCommands(program: Command): CompletedCommand[] {
  return visible(program).map((command) => ({
    name: command.name(),
    summary: command.summary(),
    options: [
      ...command.options,
      ...command
        .createHelp()
        .visibleOptions(command)
        .filter(({ long }) => long === "--help"),
    ].map(({ short, long, description, required }) => ({ short, long: long ?? "", description, takesValue: required })),
    names: NAMES[command.name()],
    words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  }));
}

function visible(program: Command): readonly Command[] {
  // The help itself comes with every program.
  return program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== "help");
}

const HELP = `
Examples:
  source <(auxctl completion bash)
  auxctl completion zsh > "\${fpath[1]}/_auxctl"
  auxctl completion fish > ~/.config/fish/completions/auxctl.fish

Exit codes:
  0  printed
  2  there is no completion for this shell`;
