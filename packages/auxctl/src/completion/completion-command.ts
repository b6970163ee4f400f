import { Argument, type Command } from "commander";
import type { Io } from "../io.ts";
import { bashScript } from "./bash.ts";
import type { CompletedCommand } from "./completed-command.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** `auxctl completion` */
export function addCompletionCommand(program: Command, io: Io): void {
  program
    .command("completion")
    .summary("print a completion script for a shell")
    .description("Print a script that completes commands, options and file names.")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SCRIPTS)))
    .addHelpText("after", HELP)
    .action((shell: keyof typeof SCRIPTS) => {
      io.out.write(SCRIPTS[shell](completedCommands(program)));
    });
}

/** What can be completed, as the program itself declares it. */
function completedCommands(program: Command): CompletedCommand[] {
  return program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    options: [
      ...command.options,
      ...command
        .createHelp()
        .visibleOptions(command)
        .filter(({ long }) => long === "--help"),
    ].map(({ short, long, description, required }) => ({ short, long: long ?? "", description, takesValue: required })),
    words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  }));
}

const HELP = `
Examples:
  source <(auxctl completion bash)
  auxctl completion zsh > "\${fpath[1]}/_auxctl"
  auxctl completion fish > ~/.config/fish/completions/auxctl.fish

Exit codes:
  0  printed
  2  there is no completion for this shell`;
